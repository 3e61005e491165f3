package io.kontiki.group;

import io.kontiki.metadata.MemberImage;
import java.util.Optional;

/**
 * What a coordinator remembers of a member, besides its record: how long its session goes on, the stream that it listens
 * on and what it was told there. Lost with the coordinator: the next one begins with sessions that are full, and longer by as
 * long as the one before may have gone on.
 */
final class MemberSession {
    static final long NO_STREAM = -1;

    /** How far the stream's join has come. */
    private enum Phase {
        /** The join is not in the record yet. */
        JOINING,
        /** The member was told that it is in. */
        JOINED,
        /** It has left; the stream ends once that is in the record. */
        LEAVING
    }

    private final String memberId;
    private final Optional<String> instanceId;
    private long streamId = NO_STREAM;
    private JoinAttempt attempt = new JoinAttempt(0, 0);
    private Phase phase = Phase.JOINED;
    private long sessionNanos;
    private long deadlineNanos;
    private MemberImage record;
    private MemberImage told;
    private long revokingSinceNanos;
    // Decided, and perhaps on its way already: the member is not to be told that it lives, or it would go on where
    // others begin.
    private Optional<GroupChange.Fence> fence = Optional.empty();
    private long fencingSinceNanos;

    MemberSession(String memberId, Optional<String> instanceId, int sessionTimeoutMs, long nowNanos) {
        this.memberId = memberId;
        this.instanceId = instanceId;
        this.sessionNanos = sessionTimeoutMs * 1_000_000L;
        onHeard(nowNanos);
    }

    String memberId() {
        return memberId;
    }

    Optional<String> instanceId() {
        return instanceId;
    }

    long streamId() {
        return streamId;
    }

    boolean hasStream() {
        return streamId != NO_STREAM;
    }

    boolean joining() {
        return phase == Phase.JOINING;
    }

    boolean leaving() {
        return phase == Phase.LEAVING;
    }

    /** Whether a heartbeat is answered: then the member counts on its session. */
    boolean answersHeartbeats() {
        return listens() && fence.isEmpty();
    }

    /** Whether the member may be told assignments. */
    boolean listens() {
        return hasStream() && phase == Phase.JOINED;
    }

    /** Whether a later stream of the same process is there, or was. */
    boolean isPast(JoinAttempt other) {
        return other.isBefore(attempt);
    }

    void onJoining(long stream, JoiningMember member, long nowNanos) {
        streamId = stream;
        attempt = member.attempt();
        phase = Phase.JOINING;
        sessionNanos = member.sessionTimeoutMs() * 1_000_000L;
        told = null;
        onHeard(nowNanos);
    }

    void onJoined() {
        phase = Phase.JOINED;
        fence = Optional.empty();
    }

    void onLeaving() {
        phase = Phase.LEAVING;
    }

    void onStreamGone() {
        streamId = NO_STREAM;
        told = null;
        phase = phase == Phase.JOINING ? Phase.JOINED : phase;
    }

    /** Begins the session anew; what is decided already stays so. */
    void onHeard(long nowNanos) {
        deadlineNanos = nowNanos + sessionNanos;
    }

    /** The record as of the latest image. */
    void onRecord(MemberImage latest, long nowNanos) {
        boolean revoked = record != null && !record.revoking().isEmpty();
        if (!latest.revoking().isEmpty() && !revoked) {
            revokingSinceNanos = nowNanos;
        }
        record = latest;
        fence = fence.filter(decided -> decided.holdsFor(latest));
    }

    /** Gives the member its whole time again to let go of partitions. */
    void onRebalanceAnew(long nowNanos) {
        revokingSinceNanos = nowNanos;
    }

    Optional<MemberImage> record() {
        return Optional.ofNullable(record);
    }

    /** Whether the member is to be told something new; if so, it counts as told. */
    boolean tell() {
        boolean news = told == null || told != record && !sameAssignment(told, record);
        told = record;
        return news;
    }

    private static boolean sameAssignment(MemberImage left, MemberImage right) {
        return left.epoch() == right.epoch()
                && left.owned().keySet().equals(right.owned().keySet())
                && left.revoking().isEmpty() == right.revoking().isEmpty();
    }

    /** The fence, when it is time for one; once in a session, should it come to nothing. */
    Optional<GroupChange.Fence> overdue(long nowNanos) {
        boolean decided = fence.isPresent() && nowNanos - fencingSinceNanos < sessionNanos;
        if (record == null || decided) {
            return Optional.empty();
        }
        var due = due(nowNanos);
        if (due.isPresent()) {
            fence = due;
            fencingSinceNanos = nowNanos;
        }
        return due;
    }

    private Optional<GroupChange.Fence> due(long nowNanos) {
        if (nowNanos - deadlineNanos >= 0) {
            return Optional.of(GroupChange.Fence.ofSilent(memberId));
        }
        boolean clinging = !record.revoking().isEmpty()
                && nowNanos - revokingSinceNanos >= record.rebalanceTimeoutMs() * 1_000_000L;
        return clinging ? Optional.of(GroupChange.Fence.ofClinging(record)) : Optional.empty();
    }
}
