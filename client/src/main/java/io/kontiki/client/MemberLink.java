package io.kontiki.client;

import io.kontiki.client.Membership.Cancel;
import io.kontiki.client.Membership.Connect;
import io.kontiki.client.Membership.Effect;
import io.kontiki.client.Membership.Send;
import io.kontiki.proto.v1.JoinRequest;
import io.kontiki.proto.v1.Joined;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * The stream of a member to its group: when to open one, when a heartbeat is due, and when silence means that this one leads
 * nowhere, since the coordinator or a broker on the way to it hangs. Pure, as {@link Membership}, which it belongs to; adds to
 * its effects.
 */
final class MemberLink {
    private enum State {
        DOWN,
        /** Asked to join. */
        OPENING,
        OPEN,
        /** Nothing more is sent. */
        FINISHED
    }

    private static final long DEFAULT_SESSION_NANOS = TimeUnit.SECONDS.toNanos(10);
    private static final long DEFAULT_INTERVAL_NANOS = TimeUnit.SECONDS.toNanos(3);
    private static final long MIN_PATIENCE_NANOS = TimeUnit.SECONDS.toNanos(1);
    /** Joining anew takes a step of the quorum, which may be electing a leader. */
    private static final long JOIN_PATIENCE_NANOS = TimeUnit.SECONDS.toNanos(5);

    private final Backoff backoff;
    private final List<Effect> effects;
    /** When the heartbeats without an answer were sent, oldest first; few, as silence ends the link. */
    private final Deque<Long> unanswered = new ArrayDeque<>();

    private State state = State.DOWN;
    private long number;
    private long sessionNanos;
    private long intervalNanos = DEFAULT_INTERVAL_NANOS;
    private long askedNanos;
    private long patienceNanos;
    private long connectAtNanos;
    private long heartbeatAtNanos;
    private long heldUntilNanos;
    private Subscription told = Subscription.NONE;

    MemberLink(GroupConfig settings, Backoff backoff, List<Effect> effects) {
        this.backoff = backoff;
        this.effects = effects;
        this.sessionNanos = settings.sessionTimeoutMillis().isPresent()
                ? TimeUnit.MILLISECONDS.toNanos(settings.sessionTimeoutMillis().getAsInt())
                : DEFAULT_SESSION_NANOS;
    }

    boolean isCurrent(long link) {
        return link == number && state != State.DOWN;
    }

    /** Whether the group has answered. */
    boolean isOpen() {
        return state == State.OPEN;
    }

    /** Whether there is a stream to send on. */
    boolean isUp() {
        return state == State.OPENING || state == State.OPEN;
    }

    /** See {@link MembershipView}. */
    long heldUntilNanos() {
        return heldUntilNanos;
    }

    void connectSoon(long nowNanos) {
        connectAtNanos = nowNanos;
    }

    boolean connectDue(long nowNanos) {
        return state == State.DOWN && nowNanos - connectAtNanos >= 0;
    }

    /** @param resume whether this is to take the member's place again, which is answered at once */
    void connect(JoinRequest join, Subscription subscription, boolean resume, long nowNanos) {
        state = State.OPENING;
        number++;
        askedNanos = nowNanos;
        patienceNanos = resume ? patience() : Math.max(patience(), JOIN_PATIENCE_NANOS);
        told = subscription;
        unanswered.clear();
        effects.add(new Connect(number, join));
    }

    /** Several brokers are to be tried within one session; but a machine under load may be late by a little. */
    private long patience() {
        return Math.min(Math.max(intervalNanos, MIN_PATIENCE_NANOS), sessionNanos / 4);
    }

    void send(JoinRequest request) {
        effects.add(new Send(number, request));
    }

    /** Tells another subscription than the last one told. */
    void subscribe(JoinRequest request, Subscription subscription) {
        if (!subscription.equals(told)) {
            told = subscription;
            send(request);
        }
    }

    void sendLast(JoinRequest request, long nowNanos) {
        send(request);
        state = State.FINISHED;
        askedNanos = nowNanos;
        patienceNanos = patience();
    }

    void cancel(String why) {
        if (state != State.DOWN) {
            effects.add(new Cancel(number, why));
            state = State.DOWN;
        }
    }

    void onJoined(Joined joined, long nowNanos) {
        if (state == State.OPENING) {
            state = State.OPEN;
            backoff.reset();
            sessionNanos = positive(joined.getSessionTimeoutMs(), sessionNanos);
            intervalNanos = positive(joined.getHeartbeatIntervalMs(), intervalNanos);
            heldUntilNanos = askedNanos + sessionNanos;
            heartbeatAtNanos = nowNanos + intervalNanos;
        }
    }

    private static long positive(int millis, long otherwiseNanos) {
        return millis > 0 ? TimeUnit.MILLISECONDS.toNanos(millis) : otherwiseNanos;
    }

    /** Answers come in the order of the heartbeats. The session counts from the sending at the latest. */
    void onHeartbeat() {
        if (!unanswered.isEmpty()) {
            heldUntilNanos = unanswered.removeFirst() + sessionNanos;
        }
    }

    void onEnd(long nowNanos) {
        state = State.DOWN;
        connectAtNanos = nowNanos + backoff.nextNanos();
        holdAtMostUntil(nowNanos + patience());
    }

    /**
     * A member can be fenced before its session is over, for what it does not let go of or by hand, and hears of that through
     * the stream. Without one it may be fenced unheard.
     */
    private void holdAtMostUntil(long limitNanos) {
        if (heldUntilNanos - limitNanos > 0) {
            heldUntilNanos = limitNanos;
        }
    }

    /** Sends the heartbeat that is due, and gives up a stream on which answers are missing. */
    void watch(long nowNanos, JoinRequest heartbeat) {
        if (isSilent(nowNanos)) {
            cancel("no answer");
            onEnd(nowNanos);
            // It has been patient already.
            holdAtMostUntil(nowNanos);
        } else if (state == State.OPEN && nowNanos - heartbeatAtNanos >= 0) {
            heartbeatAtNanos = nowNanos + intervalNanos;
            unanswered.addLast(nowNanos);
            send(heartbeat);
        }
    }

    private boolean isSilent(long nowNanos) {
        return switch (state) {
            case OPENING, FINISHED -> nowNanos - askedNanos >= patienceNanos;
            case OPEN -> !unanswered.isEmpty() && nowNanos - unanswered.peekFirst() >= patience();
            case DOWN -> false;
        };
    }

    long nextDueNanos(long nowNanos) {
        long due = switch (state) {
            case DOWN -> connectAtNanos;
            case OPENING, FINISHED -> askedNanos + patienceNanos;
            case OPEN ->
                unanswered.isEmpty()
                        ? heartbeatAtNanos
                        : Math.min(heartbeatAtNanos - nowNanos, unanswered.peekFirst() + patience() - nowNanos)
                                + nowNanos;
        };
        return Math.max(0, due - nowNanos);
    }
}
