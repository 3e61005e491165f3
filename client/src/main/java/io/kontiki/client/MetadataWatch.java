package io.kontiki.client;

import io.grpc.Channel;
import io.grpc.stub.ClientCallStreamObserver;
import io.grpc.stub.ClientResponseObserver;
import io.kontiki.proto.v1.MetadataServiceGrpc;
import io.kontiki.proto.v1.WatchMetadataRequest;
import io.kontiki.proto.v1.WatchMetadataResponse;
import java.util.function.BiConsumer;

/**
 * One {@code WatchMetadata} call to one broker. Its state is kept by the tracker's thread; the two callbacks come on a
 * thread of gRPC.
 */
final class MetadataWatch {
    private final HostPort address;
    private ClusterMetadata state = ClusterMetadata.EMPTY;
    private boolean changed;
    private long heardNanos;
    private volatile ClientCallStreamObserver<WatchMetadataRequest> call;

    MetadataWatch(HostPort address) {
        this.address = address;
    }

    HostPort address() {
        return address;
    }

    /** When the last message came. */
    long heardNanos() {
        return heardNanos;
    }

    ClusterMetadata apply(WatchMetadataResponse change) {
        heardNanos = System.nanoTime();
        changed |= ClusterMetadata.holdsChange(change);
        state = state.apply(change);
        return state;
    }

    /** Whether the broker said more than that it is up to date since this was asked last. */
    boolean takeChanged() {
        boolean answer = changed;
        changed = false;
        return answer;
    }

    void start(
            Channel channel,
            BiConsumer<MetadataWatch, WatchMetadataResponse> onChange,
            BiConsumer<MetadataWatch, Throwable> onEnd) {
        var observer = new ClientResponseObserver<WatchMetadataRequest, WatchMetadataResponse>() {
            @Override
            public void beforeStart(ClientCallStreamObserver<WatchMetadataRequest> stream) {
                call = stream;
            }

            @Override
            public void onNext(WatchMetadataResponse change) {
                onChange.accept(MetadataWatch.this, change);
            }

            @Override
            public void onError(Throwable error) {
                onEnd.accept(MetadataWatch.this, error);
            }

            @Override
            public void onCompleted() {
                onError(io.grpc.Status.UNAVAILABLE
                        .withDescription("ended by the broker")
                        .asRuntimeException());
            }
        };
        MetadataServiceGrpc.newStub(channel).watchMetadata(WatchMetadataRequest.getDefaultInstance(), observer);
    }

    void cancel() {
        if (call != null) {
            call.cancel("no longer needed", null);
        }
    }
}
