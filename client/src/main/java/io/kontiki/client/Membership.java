package io.kontiki.client;

import io.kontiki.client.MembershipView.Assignment;
import io.kontiki.client.MembershipView.Refusal;
import io.kontiki.proto.v1.JoinRequest;
import io.kontiki.proto.v1.JoinResponse;
import io.kontiki.proto.v1.Joined;
import io.kontiki.proto.v1.MemberAssignment;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.TreeSet;

/**
 * A member of a group as the member sees it (KIP-848). Pure: takes events and the time, returns effects. Not thread-safe; one
 * loop drives it.
 *
 * <pre>
 *   UNJOINED -- subscribe --> JOINING -- joined --> STABLE <-- applied, assignment --> REVOKING
 *      ^  ^                      ^                     |                                  |
 *      |  |                      +-- loss noticed -- FENCED <------ unknown member -------+
 *      |  +---- refused for good -----+                |
 *      +------- left ---- LEAVING <-- unsubscribe, close
 * </pre>
 *
 * The stream to the group, {@link MemberLink}, comes and goes beneath that: a member without a stream is a member until its
 * session is over, and takes its place again through another broker.
 */
final class Membership {
    /** Where the membership stands. */
    enum State {
        /** Not a member, and not about to be. */
        UNJOINED,
        /** Asking to be a member. */
        JOINING,
        /** A member that owns no more than it is to. */
        STABLE,
        /** A member that has yet to let go of partitions. */
        REVOKING,
        /** No member any longer; the consumer has yet to notice that all its partitions are lost. */
        FENCED,
        /** Saying good-bye. */
        LEAVING
    }

    /** What is to be done. */
    sealed interface Effect {}

    /** Opens a stream through the next broker. */
    record Connect(long link, JoinRequest first) implements Effect {}

    /** Sends on that stream. */
    record Send(long link, JoinRequest request) implements Effect {}

    /** Breaks it off; nothing of it is heard any more. */
    record Cancel(long link, String why) implements Effect {}

    private static final long LEAVE_NANOS = 5_000_000_000L;

    private final boolean rejoins;
    private final JoinMessages messages;
    private final MemberLink link;
    private final HeldPartitions held = new HeldPartitions();
    private final List<Effect> effects = new ArrayList<>();

    private State state = State.UNJOINED;
    private Subscription subscription = Subscription.NONE;
    private long subscriptionNumber;
    private int life;
    private int memberEpoch;
    private long numbers;
    private Optional<Refusal> refusal = Optional.empty();
    /** What the member that says good-bye was subscribed to. */
    private Subscription left = Subscription.NONE;

    private boolean leavesTemporarily;
    private long leaveDeadlineNanos;

    Membership(GroupConfig settings, long process, Backoff backoff) {
        this.rejoins = settings.rejoins();
        this.messages = new JoinMessages(settings, process);
        this.link = new MemberLink(settings, backoff, effects);
    }

    MembershipView view() {
        return new MembershipView(state, subscriptionNumber, life, held.latest(), link.heldUntilNanos(), refusal);
    }

    /** The consumer wants to read this. */
    List<Effect> onSubscribe(long number, Subscription wanted, long nowNanos) {
        subscriptionNumber = number;
        subscription = wanted;
        refusal = Optional.empty();
        if (state == State.UNJOINED) {
            state = State.JOINING;
            link.connectSoon(nowNanos);
        } else if (link.isOpen() && state != State.LEAVING) {
            link.subscribe(messages.subscription(wanted), wanted);
        }
        return onTick(nowNanos);
    }

    /** The consumer has let go of everything and wants to be no member. */
    List<Effect> onLeave(boolean temporarily, long nowNanos) {
        left = subscription;
        subscription = Subscription.NONE;
        boolean member = state == State.JOINING || state == State.STABLE || state == State.REVOKING;
        forgetPartitions();
        if (member) {
            leavesTemporarily = temporarily;
            leaveDeadlineNanos = nowNanos + LEAVE_NANOS;
            boolean neverAsked = state == State.JOINING && !link.isUp();
            state = neverAsked ? State.UNJOINED : State.LEAVING;
            if (link.isUp()) {
                sayGoodBye(nowNanos);
            }
        } else if (state == State.FENCED) {
            state = State.UNJOINED;
        }
        return onTick(nowNanos);
    }

    /** The group ends the stream once it has noted that. */
    private void sayGoodBye(long nowNanos) {
        link.sendLast(messages.leave(leavesTemporarily), nowNanos);
    }

    private void forgetPartitions() {
        life++;
        held.clear();
    }

    /** The consumer owns just what this assignment has: it has let go of all else, and committed if it had to. */
    List<Effect> onApplied(int ofLife, long number, long nowNanos) {
        if (ofLife == life && held.take(number)) {
            settle();
            tellReleased();
        }
        return onTick(nowNanos);
    }

    private void settle() {
        if (state == State.STABLE || state == State.REVOKING) {
            state = held.clings() ? State.REVOKING : State.STABLE;
        }
    }

    /**
     * Only if there was something to let go of, and once: said again later, it would be taken for an answer to a later
     * assignment of the same epoch.
     */
    private void tellReleased() {
        if (held.isReleaseDue() && link.isOpen()) {
            held.onTold();
            link.send(messages.owned(memberEpoch, held.mayHold()));
        }
    }

    /** The consumer has noticed that all was lost, and reads nothing any more. */
    List<Effect> onLossNoticed(int ofLife, long nowNanos) {
        if (state == State.FENCED && ofLife == life) {
            state = subscription.isEmpty() ? State.UNJOINED : State.JOINING;
        }
        return onTick(nowNanos);
    }

    /** The group says something. */
    List<Effect> onMessage(long ofLink, JoinResponse response, long nowNanos) {
        if (link.isCurrent(ofLink) && state != State.LEAVING) {
            switch (response.getResponseCase()) {
                case JOINED -> onJoined(response.getJoined(), nowNanos);
                case ASSIGNMENT -> onAssignment(response.getAssignment());
                case HEARTBEAT -> link.onHeartbeat();
                case RESPONSE_NOT_SET -> {
                    // Of a later broker, for later clients.
                }
            }
        }
        return onTick(nowNanos);
    }

    private void onJoined(Joined joined, long nowNanos) {
        if (joined.getMemberEpoch() < memberEpoch) {
            // Epochs of one membership never fall: this is another one.
            onFenced(new KontikiException(ErrorReason.UNKNOWN_MEMBER, "joined as another member"));
            return;
        }
        memberEpoch = joined.getMemberEpoch();
        link.onJoined(joined, nowNanos);
        refusal = Optional.empty();
        if (state == State.JOINING) {
            state = State.STABLE;
        }
        link.subscribe(messages.subscription(subscription), subscription);
    }

    private void onAssignment(MemberAssignment message) {
        if (!link.isOpen() || message.getMemberEpoch() < memberEpoch) {
            return;
        }
        memberEpoch = message.getMemberEpoch();
        var partitions = new TreeSet<>(WireValues.partitions(message.getPartitionsList()));
        var assignment = new Assignment(++numbers, memberEpoch, Collections.unmodifiableSortedSet(partitions));
        held.offer(assignment);
        settle();
    }

    /** The stream is over; without an error if the broker ended it. */
    List<Effect> onLinkEnd(long ofLink, Optional<KontikiException> error, long nowNanos) {
        if (!link.isCurrent(ofLink)) {
            return onTick(nowNanos);
        }
        link.onEnd(nowNanos);
        if (state == State.LEAVING) {
            boolean mayHelp =
                    memberEpoch > 0 && error.isPresent() && error.get().retriable();
            if (!mayHelp) {
                onLeft(nowNanos);
            }
        } else {
            error.ifPresent(this::judge);
        }
        return onTick(nowNanos);
    }

    private void judge(KontikiException error) {
        switch (error.reason()) {
            case UNKNOWN_MEMBER, STALE_MEMBER_EPOCH -> onFenced(error);
            case GROUP_FULL -> refuse(error, false);
            // A defect somewhere, or a connection that broke in an odd way: no reason to end a membership.
            case INTERNAL, UNKNOWN -> {
                if (state == State.JOINING) {
                    refuse(error, false);
                }
            }
            default -> {
                if (!error.retriable()) {
                    giveUp(error);
                }
            }
        }
    }

    private void refuse(KontikiException error, boolean last) {
        refusal = Optional.of(new Refusal(++numbers, error, last));
    }

    /** A member that may not come back makes way even while it joins: the other one may be doing the same. */
    private void onFenced(KontikiException error) {
        if (!rejoins) {
            link.cancel("fenced: " + error.getMessage());
            giveUp(error);
        } else if (state != State.JOINING) {
            fence(error.getMessage());
        }
    }

    private void giveUp(KontikiException error) {
        forgetPartitions();
        memberEpoch = 0;
        state = State.UNJOINED;
        refuse(error, true);
    }

    private void fence(String why) {
        forgetPartitions();
        memberEpoch = 0;
        state = State.FENCED;
        link.cancel("fenced: " + why);
    }

    private void onLeft(long nowNanos) {
        link.cancel("left");
        memberEpoch = 0;
        state = subscription.isEmpty() ? State.UNJOINED : State.JOINING;
        link.connectSoon(nowNanos);
    }

    /** Time has passed. */
    List<Effect> onTick(long nowNanos) {
        if (state == State.LEAVING && nowNanos - leaveDeadlineNanos >= 0) {
            onLeft(nowNanos);
        }
        link.watch(nowNanos, messages.heartbeat());
        if (needsLink() && link.connectDue(nowNanos)) {
            // The join itself tells what is let go of.
            held.onTold();
            var wanted = state == State.LEAVING ? left : subscription;
            link.connect(messages.join(memberEpoch, held.mayHold(), wanted), wanted, memberEpoch > 0, nowNanos);
            if (state == State.LEAVING) {
                sayGoodBye(nowNanos);
            }
        }
        var due = List.copyOf(effects);
        effects.clear();
        return due;
    }

    private boolean needsLink() {
        return state != State.UNJOINED && state != State.FENCED;
    }

    /** How long until {@link #onTick} has something to do. */
    long nextDueNanos(long nowNanos) {
        long due = needsLink() ? link.nextDueNanos(nowNanos) : Long.MAX_VALUE;
        return state == State.LEAVING ? Math.min(due, Math.max(0, leaveDeadlineNanos - nowNanos)) : due;
    }
}
