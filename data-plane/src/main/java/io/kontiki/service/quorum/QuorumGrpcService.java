package io.kontiki.service.quorum;

import com.google.protobuf.ByteString;
import io.grpc.Status;
import io.grpc.stub.ServerCallStreamObserver;
import io.grpc.stub.StreamObserver;
import io.kontiki.metadata.Excerpt;
import io.kontiki.metadata.LogPosition;
import io.kontiki.proto.internal.v1.CommandReply;
import io.kontiki.proto.internal.v1.HeartbeatRequest;
import io.kontiki.proto.internal.v1.HeartbeatResponse;
import io.kontiki.proto.internal.v1.ProposeRequest;
import io.kontiki.proto.internal.v1.ProposeResponse;
import io.kontiki.proto.internal.v1.QuorumServiceGrpc;
import io.kontiki.proto.internal.v1.WatchImageRequest;
import io.kontiki.proto.internal.v1.WatchImageResponse;
import io.kontiki.proto.v1.ErrorReason;
import io.kontiki.quorum.ControllerHost;
import io.kontiki.quorum.LeadershipListener;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * What a voter offers to other brokers. Only the controller takes proposals and heartbeats; any voter tells the image.
 * Brokers of another cluster, or of another quorum of it, are refused with WRONG_CLUSTER (rule Q6).
 */
public final class QuorumGrpcService extends QuorumServiceGrpc.QuorumServiceImplBase implements LeadershipListener {
    private final String clusterId;
    private final QuorumView view;
    private final ControllerHost host;
    private final ImageFeed feed;
    private final Set<HeartbeatStream> heartbeats = ConcurrentHashMap.newKeySet();

    /** Add it to {@code host} as a listener before the log starts. */
    public QuorumGrpcService(String clusterId, QuorumView view, ControllerHost host, ImageFeed feed) {
        this.clusterId = Objects.requireNonNull(clusterId);
        this.view = Objects.requireNonNull(view);
        this.host = Objects.requireNonNull(host);
        this.feed = Objects.requireNonNull(feed);
    }

    @Override
    public void propose(ProposeRequest request, StreamObserver<ProposeResponse> out) {
        var stranger = stranger(request.getClusterId(), request.getQuorumId());
        if (stranger.isPresent()) {
            reply(out, wrongCluster(stranger.get()));
            return;
        }
        host.propose(request)
                .thenApply(response -> response.getReply().getReason() == ErrorReason.ERROR_REASON_NOT_LEADER
                        ? host.notController()
                        : response)
                .thenAccept(response -> reply(out, response));
    }

    private static ProposeResponse wrongCluster(String message) {
        return ProposeResponse.newBuilder()
                .setReply(CommandReply.newBuilder()
                        .setReason(ErrorReason.ERROR_REASON_WRONG_CLUSTER)
                        .setMessage(message))
                .build();
    }

    /** What is wrong with a caller of another cluster, or of another quorum of the same one. */
    private Optional<String> stranger(String toldCluster, ByteString toldQuorum) {
        return toldCluster.equals(clusterId)
                ? view.wrongQuorum(toldQuorum)
                : Optional.of(
                        "cluster_id is \"" + Excerpt.of(toldCluster) + "\", but this cluster is \"" + clusterId + "\"");
    }

    private static void reply(StreamObserver<ProposeResponse> out, ProposeResponse response) {
        // A caller that went away is none of ours.
        if (out instanceof ServerCallStreamObserver<?> call && call.isCancelled()) {
            return;
        }
        out.onNext(response);
        out.onCompleted();
    }

    @Override
    public StreamObserver<HeartbeatRequest> heartbeat(StreamObserver<HeartbeatResponse> out) {
        var stream = new HeartbeatStream(view, host, out, heartbeats::remove);
        if (out instanceof ServerCallStreamObserver<HeartbeatResponse> call) {
            // Without a handler gRPC throws at whoever answers a cancelled call, such as a controller that ends.
            call.setOnCancelHandler(() -> {});
        }
        heartbeats.add(stream);
        return stream;
    }

    @Override
    public void watchImage(WatchImageRequest request, StreamObserver<WatchImageResponse> out) {
        var stranger = stranger(request.getClusterId(), request.getQuorumId());
        if (stranger.isPresent()) {
            out.onError(Status.FAILED_PRECONDITION
                    .withDescription("WRONG_CLUSTER: " + stranger.get())
                    .asRuntimeException());
            return;
        }
        if (request.getLastTerm() < 0 || request.getLastIndex() < 0) {
            out.onError(Status.INVALID_ARGUMENT
                    .withDescription("last_term " + request.getLastTerm() + " and last_index " + request.getLastIndex()
                            + " must not be below 0")
                    .asRuntimeException());
            return;
        }
        var call = (ServerCallStreamObserver<WatchImageResponse>) out;
        var watch = new ImageWatch(feed, call, new LogPosition(request.getLastTerm(), request.getLastIndex()));
        call.setOnReadyHandler(() -> feed.run(watch::drain));
        call.setOnCancelHandler(() -> feed.run(watch::cancelled));
        feed.run(watch::start);
    }

    @Override
    public void onLeading(long term) {}

    @Override
    public void onLeadershipLost() {
        Set.copyOf(heartbeats).forEach(HeartbeatStream::leadershipLost);
    }

    @Override
    public void onLeaderKnown(int leaderId) {}
}
