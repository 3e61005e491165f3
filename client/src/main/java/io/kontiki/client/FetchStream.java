package io.kontiki.client;

import io.grpc.CallOptions;
import io.grpc.Channel;
import io.grpc.MethodDescriptor;
import io.grpc.Status;
import io.grpc.stub.ClientCallStreamObserver;
import io.grpc.stub.ClientCalls;
import io.grpc.stub.ClientResponseObserver;
import io.kontiki.proto.AliasingMarshaller;
import io.kontiki.proto.v1.FetchRequest;
import io.kontiki.proto.v1.FetchResponse;
import io.kontiki.proto.v1.FetchServiceGrpc;

/** One {@code Fetch} call to one broker. Methods are for the consumer's thread; callbacks come on the connection's, and must not block. */
final class FetchStream {
    /** What happens on a stream. */
    interface Listener {
        void onResponse(FetchStream stream, FetchResponse response);

        /** The stream is over; nothing more comes. */
        void onBroken(FetchStream stream, Throwable error);
    }

    private static final MethodDescriptor<FetchRequest, FetchResponse> FETCH =
            AliasingMarshaller.forResponses(FetchServiceGrpc.getFetchMethod());

    /** What arrives is handed over to the consumer's thread, which is not worth another change of threads. */
    private static final CallOptions ON_ARRIVAL = CallOptions.DEFAULT.withExecutor(Runnable::run);

    private final HostPort address;
    private final Listener listener;
    private volatile ClientCallStreamObserver<FetchRequest> call;

    private FetchStream(HostPort address, Listener listener) {
        this.address = address;
        this.listener = listener;
    }

    static FetchStream open(Channel channel, HostPort address, Listener listener) {
        var stream = new FetchStream(address, listener);
        ClientCalls.asyncBidiStreamingCall(channel.newCall(FETCH, ON_ARRIVAL), stream.new Observer());
        return stream;
    }

    HostPort address() {
        return address;
    }

    void send(FetchRequest request) {
        call.onNext(request);
    }

    void cancel(String why) {
        call.cancel(why, null);
    }

    private final class Observer implements ClientResponseObserver<FetchRequest, FetchResponse> {
        @Override
        public void beforeStart(ClientCallStreamObserver<FetchRequest> stream) {
            call = stream;
        }

        @Override
        public void onNext(FetchResponse response) {
            listener.onResponse(FetchStream.this, response);
        }

        @Override
        public void onError(Throwable error) {
            listener.onBroken(FetchStream.this, error);
        }

        @Override
        public void onCompleted() {
            onError(Status.UNAVAILABLE.withDescription("ended by the broker").asRuntimeException());
        }
    }
}
