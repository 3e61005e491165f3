package io.kontiki.group;

import io.kontiki.metadata.GroupImage;
import io.kontiki.metadata.MemberImage;
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
import java.util.TreeMap;
import org.pcollections.PSortedMap;

/**
 * One group while this broker coordinates it, under one epoch of its slot: sessions of its members, and the changes that are
 * on their way into its record. One proposal is under way at a time; what happens meanwhile goes into the next one. Members
 * are told of what is in the record and of nothing else.
 */
final class CoordinatedGroup {
    /** Changes that wait for the proposal under way; more are turned away. */
    static final int WAITING_MAX = 20_000;

    /**
     * Of a change that lets members in. The quorum takes 1 MiB in one command, and a new target touches every member: the
     * rest is for those who are in, who must still be able to change, to leave and to be fenced.
     */
    static final int JOIN_BYTES_MAX = 768 << 10;

    /** After an unknown outcome, so that an absent quorum is not asked without pause. */
    private static final long RETRY_NANOS = 100_000_000;

    private final String id;
    private final int slotEpoch;
    private final GroupSettings settings;
    private final SubscribedTopics topics;
    private final Outbox outbox;
    private final Map<String, MemberSession> sessions = new TreeMap<>();
    private final Deque<GroupChange> waiting = new ArrayDeque<>();
    private List<GroupChange> proposed = List.of();
    private boolean underWay;
    // The image must have reached this before the next proposal is made: it knows then what became of the last one.
    private long awaitedIndex;
    private long retryNanos;
    private boolean retryLater;
    private boolean dropped;
    // Members as of when all sessions were compared with the record; commits of offsets change the record, too.
    private PSortedMap<String, MemberImage> followed;

    CoordinatedGroup(String id, int slotEpoch, GroupSettings settings, SubscribedTopics topics, Outbox outbox) {
        this.id = id;
        this.slotEpoch = slotEpoch;
        this.settings = settings;
        this.topics = topics;
        this.outbox = outbox;
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
        return topics.image().group(id).orElseGet(() -> GroupImage.empty(id));
    }

    Optional<MemberSession> session(String memberId, long streamId) {
        return Optional.ofNullable(sessions.get(memberId)).filter(session -> session.streamId() == streamId);
    }

    /** A member's new stream, which takes the place of an earlier one. */
    void join(long streamId, JoiningMember member, Moment now) {
        if (full()) {
            outbox.endStream(streamId, Optional.of(overloaded()));
            return;
        }
        var session = sessions.get(member.id());
        if (session != null && session.hasStream()) {
            outbox.endStream(
                    session.streamId(),
                    Optional.of(new Refusal(
                            ErrorReason.ERROR_REASON_STALE_MEMBER_EPOCH,
                            "member \"" + member.id() + "\" of group \"" + id + "\" has come by another stream")));
        }
        if (session == null) {
            session = new MemberSession(member.id(), member.instanceId(), member.sessionTimeoutMs(), now.nanos());
            sessions.put(member.id(), session);
        }
        session.onJoining(streamId, member.sessionTimeoutMs(), now.nanos());
        change(new GroupChange.Join(member, streamId), now);
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
            done.forEach(this::finish);
        }
        follow(now);
        propose(now);
    }

    /** Fences who is overdue, and tries again what had no outcome. */
    void onTick(Moment now) {
        for (var session : sessions.values()) {
            if (session.overdue(now.nanos())) {
                waiting.add(new GroupChange.Fence(session.memberId()));
            }
        }
        propose(now);
    }

    /** All sessions begin anew: their members could not be heard. */
    void renewSessions(Moment now) {
        for (var session : sessions.values()) {
            session.onHeard(now.nanos());
            session.onRebalanceAnew(now.nanos());
        }
    }

    /** Ends the streams of all members; they may come back. */
    void endStreams(Refusal refusal) {
        for (var session : sessions.values()) {
            if (session.hasStream()) {
                outbox.endStream(session.streamId(), Optional.of(refusal));
                session.onStreamGone();
            }
        }
    }

    /** It is coordinated elsewhere from now on, or gone. */
    void drop(Refusal refusal) {
        dropped = true;
        endStreams(refusal);
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

    private void propose(Moment now) {
        boolean early = retryLater && now.nanos() - retryNanos < 0;
        if (underWay
                || early
                || dropped
                || waiting.isEmpty()
                || !proposed.isEmpty()
                || topics.image().position().index() < awaitedIndex) {
            return;
        }
        retryLater = false;
        var draft = new GroupDraft(record(), topics);
        var applied = new ArrayList<GroupChange>();
        while (!waiting.isEmpty() && !mustWait(waiting.element(), draft)) {
            var change = waiting.remove();
            var refusal = change.applyTo(draft);
            if (refusal.isPresent()) {
                refuse(change, refusal.get());
            } else {
                applied.add(change);
            }
        }
        var next = draft.finish(slotEpoch);
        if (next.isEmpty()) {
            applied.forEach(this::finish);
            follow(now);
            return;
        }
        int bytes = next.get().getSerializedSize();
        if (bytes > JOIN_BYTES_MAX && turnedAway(applied, bytes)) {
            propose(now);
        } else {
            send(next.get(), applied);
        }
    }

    /** Refuses those who would make the group larger, and puts back the other changes; false if there are none such. */
    private boolean turnedAway(List<GroupChange> changes, int bytes) {
        var newcomers = changes.stream().filter(this::enlarges).toList();
        if (newcomers.isEmpty()) {
            return false;
        }
        for (int i = changes.size() - 1; i >= 0; i--) {
            if (!newcomers.contains(changes.get(i))) {
                waiting.addFirst(changes.get(i));
            }
        }
        var refusal = new Refusal(
                ErrorReason.ERROR_REASON_GROUP_FULL,
                "group \"" + id + "\" would take " + bytes + " bytes of the metadata with one more member, at most "
                        + JOIN_BYTES_MAX + " are allowed");
        newcomers.forEach(change -> refuse(change, refusal));
        return true;
    }

    private boolean enlarges(GroupChange change) {
        return change instanceof GroupChange.Join join
                && record().member(join.member().id()).isEmpty()
                && join.member().instanceId().flatMap(record()::instance).isEmpty();
    }

    private static boolean mustWait(GroupChange change, GroupDraft draft) {
        return change instanceof GroupChange.Join join && draft.mustWait(join.member());
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
    private void finish(GroupChange change) {
        if (change instanceof GroupChange.Join join) {
            joining(join).ifPresent(session -> welcome(session, join.member()));
        } else if (change instanceof GroupChange.Remove remove) {
            outbox.reply(remove.callId(), RemoveMemberResponse.getDefaultInstance());
        }
    }

    private void welcome(MemberSession session, JoiningMember joined) {
        var member = record().member(session.memberId());
        followed = null;
        if (member.isPresent()) {
            session.onJoined();
            outbox.send(
                    session.streamId(),
                    MemberMessages.joined(
                            member.get(),
                            record().assignor(),
                            settings.heartbeatIntervalMs(joined.sessionTimeoutMs())));
        }
    }

    private void refuse(GroupChange change, Refusal refusal) {
        if (change instanceof GroupChange.Remove remove) {
            outbox.refuse(remove.callId(), refusal);
        } else if (change instanceof GroupChange.Join join) {
            joining(join).ifPresent(session -> {
                outbox.endStream(session.streamId(), Optional.of(refusal));
                session.onStreamGone();
            });
            forgetIfNobody(join.member().id());
        }
    }

    /** A session without a stream or a member has nobody who could end it. Its stream may have gone while it joined. */
    private void forgetIfNobody(String memberId) {
        var session = sessions.get(memberId);
        if (session != null && !session.hasStream() && record().member(memberId).isEmpty()) {
            sessions.remove(memberId);
        }
    }

    /** The session that waits for that join; none if the stream is gone, or another one has taken its place. */
    private Optional<MemberSession> joining(GroupChange.Join join) {
        return session(join.member().id(), join.streamId()).filter(MemberSession::joining);
    }

    /** Ends the streams of those that are members no longer, and tells the others what is new for them. */
    private void follow(Moment now) {
        var group = record();
        if (group.members() == followed) {
            return;
        }
        followed = group.members();
        for (var session : List.copyOf(sessions.values())) {
            var member = group.member(session.memberId());
            if (member.isPresent()) {
                session.onRecord(member.get(), now.nanos());
                if (session.listens() && session.tell()) {
                    outbox.send(
                            session.streamId(),
                            MemberMessages.assignment(member.get(), group.assignmentEpoch(), topics.image()));
                }
            } else if (!session.joining() || !onItsWay(session)) {
                end(session, group);
            }
        }
        for (var member : group.members().values()) {
            if (!sessions.containsKey(member.id())) {
                sessions.put(member.id(), sessionOf(member, now));
            }
        }
    }

    private boolean onItsWay(MemberSession session) {
        return isJoin(proposed, session) || isJoin(waiting, session);
    }

    private static boolean isJoin(Iterable<GroupChange> changes, MemberSession session) {
        for (var change : changes) {
            if (change instanceof GroupChange.Join join && join.streamId() == session.streamId()) {
                return true;
            }
        }
        return false;
    }

    private void end(MemberSession session, GroupImage group) {
        sessions.remove(session.memberId());
        if (session.hasStream()) {
            var successor =
                    session.instanceId().filter(name -> group.instance(name).isPresent());
            var refusal = successor.isPresent()
                    ? Refusal.fencedInstance(id, successor.get())
                    : Refusal.unknownMember(id, session.memberId());
            outbox.endStream(session.streamId(), session.leaving() ? Optional.empty() : Optional.of(refusal));
        }
    }

    /** Whoever coordinated it before may not know yet, and tell it that it lives until its lease is over. */
    private MemberSession sessionOf(MemberImage member, Moment now) {
        var session = new MemberSession(member.id(), member.instanceId(), member.sessionTimeoutMs(), now.nanos());
        session.onHeard(now.nanos() + settings.brokerSessionMs() * 1_000_000L);
        session.onRecord(member, now.nanos());
        return session;
    }
}
