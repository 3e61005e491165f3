package io.kontiki.group;

import io.kontiki.metadata.GroupImage;
import io.kontiki.metadata.MemberImage;
import io.kontiki.proto.v1.ErrorReason;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.pcollections.PSortedMap;

/** Sessions of a group's members and of those who join it, and what they are told: what is in the record, and nothing else. */
final class MemberSessions {
    private final String groupId;
    private final GroupSettings settings;
    private final SubscribedTopics topics;
    private final Outbox outbox;
    private final Map<String, MemberSession> byMember = new TreeMap<>();
    // Members as of when all sessions were compared with the record; commits of offsets change the record, too.
    private PSortedMap<String, MemberImage> followed;

    MemberSessions(String groupId, GroupSettings settings, SubscribedTopics topics, Outbox outbox) {
        this.groupId = groupId;
        this.settings = settings;
        this.topics = topics;
        this.outbox = outbox;
    }

    boolean isEmpty() {
        return byMember.isEmpty();
    }

    Optional<MemberSession> of(String memberId, long streamId) {
        return Optional.ofNullable(byMember.get(memberId)).filter(session -> session.streamId() == streamId);
    }

    /** Of the group as the image has it. */
    GroupImage record() {
        return topics.image().group(groupId).orElseGet(() -> GroupImage.empty(groupId));
    }

    /** Refuses a stream that its member has given up for one that is here, or was. */
    Optional<Refusal> refuse(JoiningMember member) {
        return Optional.ofNullable(byMember.get(member.id()))
                .filter(session -> session.isPast(member.attempt()))
                .map(session -> comeByAnother(member.id()));
    }

    private Refusal comeByAnother(String memberId) {
        return new Refusal(
                ErrorReason.ERROR_REASON_STALE_MEMBER_EPOCH,
                "member \"" + memberId + "\" of group \"" + groupId + "\" has come by another stream");
    }

    /** A member comes by a new stream, which takes the place of an earlier one. */
    void onJoining(long streamId, JoiningMember member, Moment now) {
        var session = byMember.get(member.id());
        if (session != null && session.hasStream()) {
            outbox.endStream(session.streamId(), Optional.of(comeByAnother(member.id())));
        }
        if (session == null) {
            session = new MemberSession(member.id(), member.instanceId(), member.sessionTimeoutMs(), now.nanos());
            byMember.put(member.id(), session);
        }
        session.onJoining(streamId, member, now.nanos());
    }

    /** The join is in the record, unless the member was taken out since. */
    void onJoined(GroupChange.Join join, Moment now) {
        joining(join).ifPresent(session -> {
            var group = record();
            var member = group.member(session.memberId());
            if (member.isPresent()) {
                session.onJoined();
                int heartbeatMs = settings.heartbeatIntervalMs(join.member().sessionTimeoutMs());
                outbox.send(session.streamId(), MemberMessages.joined(member.get(), group.assignor(), heartbeatMs));
                show(session, member.get(), group, now);
            } else {
                end(session, group);
            }
        });
    }

    /** The join is refused. A session without a stream or a member has nobody who could end it. */
    void onRefused(GroupChange.Join join, Refusal refusal) {
        joining(join).ifPresent(session -> endStream(session, refusal));
        var session = byMember.get(join.member().id());
        if (session != null
                && !session.hasStream()
                && record().member(join.member().id()).isEmpty()) {
            byMember.remove(join.member().id());
        }
    }

    /** The session that waits for that join; none if the stream is gone, or another one has taken its place. */
    private Optional<MemberSession> joining(GroupChange.Join join) {
        return of(join.member().id(), join.streamId()).filter(MemberSession::joining);
    }

    /** Members that are to be fenced now; each is told once. */
    List<GroupChange.Fence> overdue(Moment now) {
        return byMember.values().stream()
                .flatMap(session -> session.overdue(now.nanos()).stream())
                .toList();
    }

    /** All begin anew: their members could not be heard. */
    void renew(Moment now) {
        for (var session : byMember.values()) {
            session.onHeard(now.nanos());
            session.onRebalanceAnew(now.nanos());
        }
    }

    /** Ends the streams of all members; they may come back. */
    void endStreams(Refusal refusal) {
        byMember.values().forEach(session -> endStream(session, refusal));
    }

    /** Ends the stream of one member. */
    void endStream(String memberId, Refusal refusal) {
        Optional.ofNullable(byMember.get(memberId)).ifPresent(session -> endStream(session, refusal));
    }

    private void endStream(MemberSession session, Refusal refusal) {
        if (session.hasStream()) {
            outbox.endStream(session.streamId(), Optional.of(refusal));
            session.onStreamGone();
        }
    }

    /** Forgets all. */
    void clear() {
        byMember.clear();
    }

    /** Ends the streams of those that are members no longer, and tells the others what is new for them. */
    void follow(Moment now) {
        var group = record();
        boolean stillNobody = followed != null && followed.isEmpty() && group.isEmpty();
        if (group.members() == followed || stillNobody) {
            return;
        }
        followed = group.members();
        for (var session : List.copyOf(byMember.values())) {
            var member = group.member(session.memberId());
            if (member.isPresent()) {
                show(session, member.get(), group, now);
            } else if (!session.joining()) {
                end(session, group);
            }
        }
        for (var member : group.members().values()) {
            if (!byMember.containsKey(member.id())) {
                byMember.put(member.id(), sessionOf(member, now));
            }
        }
    }

    private void show(MemberSession session, MemberImage member, GroupImage group, Moment now) {
        session.onRecord(member, now.nanos());
        if (session.listens() && session.tell()) {
            outbox.send(session.streamId(), MemberMessages.assignment(member, group.assignmentEpoch(), topics.image()));
        }
    }

    private void end(MemberSession session, GroupImage group) {
        byMember.remove(session.memberId());
        if (session.hasStream()) {
            var successor =
                    session.instanceId().filter(name -> group.instance(name).isPresent());
            var refusal = successor.isPresent()
                    ? Refusal.fencedInstance(groupId, successor.get())
                    : Refusal.unknownMember(groupId, session.memberId());
            outbox.endStream(session.streamId(), session.leaving() ? Optional.empty() : Optional.of(refusal));
        }
    }

    /** Whoever coordinated the group before may not know yet, and tell the member that it lives until its lease is over. */
    private MemberSession sessionOf(MemberImage member, Moment now) {
        long fromNanos = now.nanos() + settings.brokerSessionMs() * 1_000_000L;
        var session = new MemberSession(member.id(), member.instanceId(), member.sessionTimeoutMs(), fromNanos);
        session.onRecord(member, fromNanos);
        return session;
    }
}
