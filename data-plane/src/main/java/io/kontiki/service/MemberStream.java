package io.kontiki.service;

import io.grpc.StatusRuntimeException;
import io.grpc.stub.ServerCallStreamObserver;
import io.kontiki.proto.v1.JoinRequest;
import io.kontiki.proto.v1.JoinResponse;
import java.util.ArrayDeque;
import java.util.Deque;

/**
 * A member's stream that ends at the coordinator here. While the member does not read, the stream keeps the newest
 * assignment only, which holds all that earlier ones said, and takes nothing from the member; so it holds three messages at
 * most.
 *
 * <p>Threads: the group loop sends and ends; events of the call come on others. The lock orders them, and makes sure that
 * nothing is sent on a call that has ended.
 */
final class MemberStream implements JoinSide {
    /** Hears of the member, on threads of its call. */
    interface Listener {
        /** A message; none comes before {@link MemberStream#taken}. */
        void onRequest(MemberStream stream, JoinRequest request);

        /** The member ended or broke the stream; once. */
        void onGone(MemberStream stream);
    }

    private final long id;
    private final ServerCallStreamObserver<JoinResponse> member;
    private final Listener listener;
    private final Deque<JoinResponse> unsent = new ArrayDeque<>();
    private boolean taken;
    private boolean ended;

    MemberStream(long id, ServerCallStreamObserver<JoinResponse> member, Listener listener) {
        this.id = id;
        this.member = member;
        this.listener = listener;
    }

    /** Names the stream to the coordinator. */
    long id() {
        return id;
    }

    @Override
    public void onRequest(JoinRequest request) {
        listener.onRequest(this, request);
    }

    /** The last message is dealt with. Asks for the next one as soon as the member has read what it was sent. */
    synchronized void taken() {
        taken = true;
        drain();
    }

    synchronized void send(JoinResponse response) {
        if (response.hasAssignment()) {
            unsent.removeIf(JoinResponse::hasAssignment);
        }
        unsent.add(response);
        drain();
    }

    @Override
    public synchronized void onMemberReady() {
        drain();
    }

    private void drain() {
        while (!ended && !unsent.isEmpty() && member.isReady()) {
            member.onNext(unsent.remove());
        }
        if (!ended && unsent.isEmpty() && taken) {
            taken = false;
            member.request(1);
        }
    }

    /** Ends the stream: the member is one no more, or not here. */
    synchronized void end(StatusRuntimeException why) {
        if (!ended) {
            ended = true;
            member.onError(why);
        }
    }

    /** Ends the stream of a member that wanted it, with all that it was to be told before. */
    synchronized void complete() {
        if (!ended) {
            ended = true;
            unsent.forEach(member::onNext);
            member.onCompleted();
        }
    }

    @Override
    public void onHalfClosed() {
        if (!wasEnded()) {
            listener.onGone(this);
            complete();
        }
    }

    @Override
    public void onCancelled() {
        boolean before;
        synchronized (this) {
            before = ended;
            ended = true;
        }
        if (!before) {
            listener.onGone(this);
        }
    }

    private synchronized boolean wasEnded() {
        return ended;
    }
}
