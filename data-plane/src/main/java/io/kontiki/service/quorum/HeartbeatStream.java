package io.kontiki.service.quorum;

import io.grpc.stub.StreamObserver;
import io.kontiki.proto.internal.v1.HeartbeatRequest;
import io.kontiki.proto.internal.v1.HeartbeatResponse;
import io.kontiki.proto.v1.ErrorReason;
import io.kontiki.quorum.ControllerHost;
import java.util.function.Consumer;

/**
 * The controller's end of one broker's heartbeats. Requests come one at a time; answers come from the controller's
 * thread, and the end of the controller from another, so sending has a lock.
 */
final class HeartbeatStream implements StreamObserver<HeartbeatRequest> {
    private final QuorumView view;
    private final ControllerHost host;
    private final StreamObserver<HeartbeatResponse> out;
    private final Consumer<HeartbeatStream> ended;
    // Guarded by this.
    private boolean done;
    // Written by the thread of the requests, read by that of the end, which gRPC orders.
    private HeartbeatRequest last = HeartbeatRequest.getDefaultInstance();

    /**
     * @param view tells of which quorum this voter is
     * @param ended told when nothing more comes or goes */
    HeartbeatStream(
            QuorumView view,
            ControllerHost host,
            StreamObserver<HeartbeatResponse> out,
            Consumer<HeartbeatStream> ended) {
        this.view = view;
        this.host = host;
        this.out = out;
        this.ended = ended;
    }

    @Override
    public void onNext(HeartbeatRequest request) {
        var wrong = view.wrongQuorum(request.getQuorumId());
        if (wrong.isPresent()) {
            answer(HeartbeatResponse.newBuilder()
                    .setReason(ErrorReason.ERROR_REASON_WRONG_CLUSTER)
                    .setMessage(wrong.get())
                    .build());
            return;
        }
        last = request;
        host.heartbeat(request).thenAccept(this::answer);
    }

    @Override
    public void onError(Throwable error) {
        broken();
    }

    @Override
    public void onCompleted() {
        broken();
        complete();
    }

    /** The process at the other end may be gone. */
    private void broken() {
        ended.accept(this);
        if (last.getBrokerEpoch() > 0) {
            host.heartbeatStreamBroken(last.getBrokerId(), last.getBrokerEpoch());
        }
    }

    private void answer(HeartbeatResponse response) {
        send(response);
        if (response.getReason() == ErrorReason.ERROR_REASON_NOT_LEADER) {
            ended.accept(this);
            complete();
        }
    }

    /** This broker is no longer the controller: sends the other one off to look for it. */
    void leadershipLost() {
        answer(host.notControllerHeartbeat());
    }

    private synchronized void send(HeartbeatResponse response) {
        if (done) {
            return;
        }
        try {
            out.onNext(response);
        } catch (IllegalStateException e) {
            // The call was cancelled meanwhile.
            done = true;
        }
    }

    private synchronized void complete() {
        if (!done) {
            done = true;
            try {
                out.onCompleted();
            } catch (IllegalStateException e) {
                // The call was cancelled meanwhile.
                return;
            }
        }
    }
}
