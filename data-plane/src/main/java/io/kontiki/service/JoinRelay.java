package io.kontiki.service;

import io.grpc.Channel;
import io.grpc.StatusRuntimeException;
import io.grpc.stub.ClientCallStreamObserver;
import io.grpc.stub.ClientResponseObserver;
import io.grpc.stub.ServerCallStreamObserver;
import io.kontiki.proto.v1.GroupServiceGrpc;
import io.kontiki.proto.v1.JoinGroup;
import io.kontiki.proto.v1.JoinRequest;
import io.kontiki.proto.v1.JoinResponse;
import java.util.function.Consumer;

/**
 * A member's stream that ends at another broker, which coordinates its group: each message is passed on as it is, in both
 * directions, and the next one is asked for only when the other side takes it. So it holds one message each way, and a
 * side that reads slowly slows the other one. Whichever side ends first ends the other one too.
 *
 * <p>Threads: events of the member's call and of the call to the coordinator come on different threads, and {@link #end}
 * on any; the lock orders them, and makes sure that nothing is sent on a call that has ended. Nothing blocks inside it.
 */
final class JoinRelay implements JoinSide, ClientResponseObserver<JoinRequest, JoinResponse> {
    private final String groupId;
    private final int coordinatorId;
    private final ServerCallStreamObserver<JoinResponse> member;
    private final Consumer<JoinRelay> onEnd;
    private ClientCallStreamObserver<JoinRequest> coordinator;
    private boolean memberWaits;
    private boolean coordinatorWaits;
    private boolean halfClosed;
    private boolean ended;

    /** @param onEnd told once, on any thread, when nothing is relayed any more */
    JoinRelay(
            String groupId,
            int coordinatorId,
            ServerCallStreamObserver<JoinResponse> member,
            Consumer<JoinRelay> onEnd) {
        this.groupId = groupId;
        this.coordinatorId = coordinatorId;
        this.member = member;
        this.onEnd = onEnd;
    }

    String groupId() {
        return groupId;
    }

    int coordinatorId() {
        return coordinatorId;
    }

    /**
     * Begins. In the context of the member's call, whose deadline and end are those of the other call, too.
     *
     * @param channel to the coordinator, marked as a relay's
     */
    void start(Channel channel, JoinGroup join) {
        synchronized (this) {
            if (ended) {
                return; // The coordinator changed, or this broker stops, since the relay was made.
            }
            GroupServiceGrpc.newStub(channel).join(this);
        }
        onRequest(JoinRequest.newBuilder().setJoin(join).build());
    }

    @Override
    public synchronized void beforeStart(ClientCallStreamObserver<JoinRequest> requestStream) {
        coordinator = requestStream;
        coordinator.disableAutoRequestWithInitial(1);
        coordinator.setOnReadyHandler(this::onCoordinatorReady);
    }

    @Override
    public synchronized void onRequest(JoinRequest request) {
        if (ended || halfClosed) {
            return;
        }
        coordinator.onNext(request);
        memberWaits = true;
        onCoordinatorReady();
    }

    private synchronized void onCoordinatorReady() {
        if (memberWaits && !ended && coordinator.isReady()) {
            memberWaits = false;
            member.request(1);
        }
    }

    @Override
    public synchronized void onNext(JoinResponse response) {
        if (ended) {
            return;
        }
        member.onNext(response);
        coordinatorWaits = true;
        onMemberReady();
    }

    @Override
    public synchronized void onMemberReady() {
        if (coordinatorWaits && !ended && member.isReady()) {
            coordinatorWaits = false;
            coordinator.request(1);
        }
    }

    @Override
    public synchronized void onHalfClosed() {
        if (!ended && !halfClosed) {
            halfClosed = true;
            coordinator.onCompleted();
        }
    }

    @Override
    public void onCancelled() {
        finish(() -> coordinator.cancel("the member is gone", null));
    }

    @Override
    public void onError(Throwable cause) {
        finish(() -> member.onError(RelayedFailure.of(cause, coordinatorId)));
    }

    @Override
    public void onCompleted() {
        finish(member::onCompleted);
    }

    /** Ends the member's stream with an error, and with it the one to the coordinator. Any thread. */
    void end(StatusRuntimeException why) {
        finish(() -> {
            member.onError(why);
            if (coordinator != null) {
                coordinator.cancel(why.getMessage(), null);
            }
        });
    }

    private void finish(Runnable lastWords) {
        synchronized (this) {
            if (ended) {
                return;
            }
            ended = true;
            lastWords.run();
        }
        onEnd.accept(this);
    }
}
