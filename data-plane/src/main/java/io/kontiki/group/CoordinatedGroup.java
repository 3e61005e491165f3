package io.kontiki.group;

import io.kontiki.metadata.GroupImage;
import io.kontiki.proto.internal.v1.ChangeGroup;
import io.kontiki.proto.internal.v1.Command;
import io.kontiki.proto.internal.v1.CommandReply;
import io.kontiki.proto.v1.ErrorReason;
import io.kontiki.proto.v1.RemoveMemberResponse;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * One group while this broker coordinates it, under one epoch of its slot: the changes that are on their way into its
 * record. One proposal is under way at a time; what happens meanwhile goes into the next one.
 */
final class CoordinatedGroup {
    /** Changes that wait for the proposal under way; more are turned away. */
    static final int WAITING_MAX = 20_000;

    /** After an unknown outcome, so that an absent quorum is not asked without pause. */
    private static final long RETRY_NANOS = 100_000_000;

    private final String id;
    private final int slotEpoch;
    private final SubscribedTopics topics;
    private final Outbox outbox;
    private final MemberSessions sessions;
    private final Deque<GroupChange> waiting = new ArrayDeque<>();
    private List<GroupChange> proposed = List.of();
    private boolean underWay;
    // The image must have reached this before the next proposal is made: it knows then what became of the last one.
    private long awaitedIndex;
    private long retryNanos;
    private boolean retryLater;
    private boolean dropped;

    CoordinatedGroup(String id, int slotEpoch, GroupSettings settings, SubscribedTopics topics, Outbox outbox) {
        this.id = id;
        this.slotEpoch = slotEpoch;
        this.topics = topics;
        this.outbox = outbox;
        this.sessions = new MemberSessions(id, settings, topics, outbox);
    }

    int slotEpoch() {
        return slotEpoch;
    }

    /** Whether an image may let it go on that does not touch its record. */
    boolean waitsForImage() {
        return !underWay && !(proposed.isEmpty() && waiting.isEmpty());
    }

    /** Whether nothing of it has to be remembered. */
    boolean idle() {
        return sessions.isEmpty() && waiting.isEmpty() && !underWay && proposed.isEmpty();
    }

    GroupImage record() {
        return sessions.record();
    }

    Optional<MemberSession> session(String memberId, long streamId) {
        return sessions.of(memberId, streamId);
    }

    /** A member's new stream, which takes the place of an earlier one. */
    void join(long streamId, JoiningMember member, Moment now) {
        var refusal = full() ? Optional.of(overloaded()) : sessions.refuse(member);
        if (refusal.isPresent()) {
            outbox.endStream(streamId, refusal);
        } else {
            sessions.onJoining(streamId, member, now);
            change(new GroupChange.Join(member, streamId), now);
        }
    }

    /** Queues a change and proposes what is possible. */
    void change(GroupChange change, Moment now) {
        waiting.add(change);
        propose(now);
    }

    boolean full() {
        return waiting.size() >= WAITING_MAX;
    }

    Refusal overloaded() {
        return new Refusal(
                ErrorReason.ERROR_REASON_OVERLOADED,
                "group \"" + id + "\" has " + waiting.size() + " changes waiting, at most " + WAITING_MAX
                        + " are allowed");
    }

    /** The record may have changed. */
    void onImage(Moment now) {
        if (!underWay && !proposed.isEmpty() && topics.image().position().index() >= awaitedIndex) {
            var done = proposed;
            proposed = List.of();
            done.forEach(change -> finish(change, now));
        }
        sessions.follow(now);
        propose(now);
    }

    /** Fences who is overdue, and tries again what had no outcome. */
    void onTick(Moment now) {
        waiting.addAll(sessions.overdue(now));
        propose(now);
    }

    /** All sessions begin anew: their members could not be heard. */
    void renewSessions(Moment now) {
        sessions.renew(now);
    }

    /** Ends the streams of all members; they may come back. */
    void endStreams(Refusal refusal) {
        sessions.endStreams(refusal);
    }

    /** It is coordinated elsewhere from now on, or gone. */
    void drop(Refusal refusal) {
        dropped = true;
        sessions.endStreams(refusal);
        sessions.clear();
        var open = new ArrayList<>(proposed);
        open.addAll(waiting);
        proposed = List.of();
        waiting.clear();
        for (var change : open) {
            if (change instanceof GroupChange.Remove remove) {
                outbox.refuse(remove.callId(), refusal);
            }
        }
    }

    private boolean mayPropose(Moment now) {
        boolean early = retryLater && now.nanos() - retryNanos < 0;
        return !underWay
                && !early
                && !dropped
                && !waiting.isEmpty()
                && proposed.isEmpty()
                && topics.image().position().index() >= awaitedIndex;
    }

    private void propose(Moment now) {
        if (!mayPropose(now)) {
            return;
        }
        retryLater = false;
        var draft = new GroupDraft(record(), topics);
        var applied = new ArrayList<GroupChange>();
        while (!waiting.isEmpty() && draft.hasRoom() && !mustWait(waiting.element(), draft)) {
            var change = waiting.remove();
            var refusal = change.applyTo(draft);
            if (refusal.isPresent()) {
                refuse(change, refusal.get());
            } else {
                applied.add(change);
            }
        }
        var step = draft.finish(slotEpoch);
        if (!step.refused().isEmpty()) {
            turnAway(applied, step.refused());
            propose(now);
        } else if (step.change().isPresent()) {
            if (!step.whole()) {
                waiting.add(new GroupChange.CheckTargets());
            }
            send(step.change().get(), applied);
        } else {
            applied.forEach(change -> finish(change, now));
            sessions.follow(now);
            propose(now);
        }
    }

    private static boolean mustWait(GroupChange change, GroupDraft draft) {
        return change instanceof GroupChange.Join join && draft.mustWait(join.member());
    }

    /** Refuses members for whom there is no room, those too who are in, and puts back the other changes. */
    private void turnAway(List<GroupChange> changes, Map<String, Refusal> refused) {
        for (int i = changes.size() - 1; i >= 0; i--) {
            var change = changes.get(i);
            var refusal = change instanceof GroupChange.Join join
                    ? refused.get(join.member().id())
                    : null;
            if (refusal == null) {
                waiting.addFirst(change);
            } else {
                refuse(change, refusal);
            }
        }
        refused.forEach((memberId, refusal) -> {
            if (record().member(memberId).isPresent()) {
                sessions.endStream(memberId, refusal);
                waiting.addFirst(GroupChange.Fence.ofSilent(memberId));
            }
        });
    }

    private void send(ChangeGroup change, List<GroupChange> changes) {
        proposed = changes;
        underWay = true;
        outbox.propose(Command.newBuilder().setChangeGroup(change), this::onOutcome);
    }

    private void onOutcome(CommandReply reply, long index, Moment now) {
        underWay = false;
        if (dropped) {
            return;
        }
        switch (reply.getReason()) {
            case ERROR_REASON_UNSPECIFIED -> awaitedIndex = index;
            case ERROR_REASON_INVALID_ARGUMENT, ERROR_REASON_INTERNAL -> giveUp(reply);
            case ERROR_REASON_GROUP_FULL, ERROR_REASON_OVERLOADED -> {
                refuseRequests(reply);
                again(now);
            }
            // Among these CONCURRENT_CHANGE and NOT_COORDINATOR: the record or the slot is another one than this broker
            // knew, and its image will tell.
            default -> again(now);
        }
        onImage(now);
    }

    /** What was proposed has to be proposed again, before what came since. */
    private void again(Moment now) {
        for (int i = proposed.size() - 1; i >= 0; i--) {
            waiting.addFirst(proposed.get(i));
        }
        proposed = List.of();
        retryLater = true;
        retryNanos = now.nanos() + RETRY_NANOS;
    }

    /** The quorum will not have it however often it is asked: a defect. Who asked for it is told. */
    private void giveUp(CommandReply reply) {
        refuseRequests(reply);
        proposed = List.of();
    }

    /** Those who wait for an answer get this one; what happened by itself stays proposed. */
    private void refuseRequests(CommandReply reply) {
        var refusal = new Refusal(reply.getReason(), reply.getMessage());
        proposed.forEach(change -> refuse(change, refusal));
        proposed = proposed.stream()
                .filter(change -> !(change instanceof GroupChange.Join) && !(change instanceof GroupChange.Remove))
                .toList();
    }

    /** The change is in the record, or there was nothing to be changed. */
    private void finish(GroupChange change, Moment now) {
        if (change instanceof GroupChange.Join join) {
            dropFence(join.member().id());
            sessions.onJoined(join, now);
        } else if (change instanceof GroupChange.Remove remove) {
            outbox.reply(remove.callId(), RemoveMemberResponse.getDefaultInstance());
        }
    }

    /** Decided while the member joined again and not on its way yet: it lives, and is about to be told so. */
    private void dropFence(String memberId) {
        waiting.removeIf(later ->
                later instanceof GroupChange.Fence fence && fence.memberId().equals(memberId));
    }

    private void refuse(GroupChange change, Refusal refusal) {
        if (change instanceof GroupChange.Remove remove) {
            outbox.refuse(remove.callId(), refusal);
        } else if (change instanceof GroupChange.Join join) {
            sessions.onRefused(join, refusal);
        }
    }
}
