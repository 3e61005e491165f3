package io.kontiki.replication;

import io.kontiki.metadata.BrokerRegistration;
import io.kontiki.metadata.PartitionRegistration;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * One partition's replica: leader or follower as the quorum's record says. Not thread-safe: the partition's event loop
 * drives it, and nobody else may call any method. Times are {@code nowNanos} of one monotonic clock and never decrease.
 *
 * <p>How to drive it: hand in one event; run the effects it returns, in order; an effect that ends in the loop (append,
 * truncate) is followed at once by its event, whose effects go behind those that still wait; take the next event when
 * none are left. A violated invariant ends in {@link Effect.Fault}, after which the replica only refuses.
 *
 * <pre>
 *            record names this broker                 record names another
 *   IDLE ------------------------------> LEADER    -------------------------> FOLLOWER
 *    ^  <------------------------------     |      <-------------------------    |
 *    |   newer epoch heard of, no leader    |                                    |
 *    +--------------------------------------+------------------------------------+
 *   FAULTED is entered from anywhere and never left.
 * </pre>
 */
public final class PartitionReplica {
    private static final Role IDLE = new IdleRole(ReplicaRole.IDLE);
    private static final Role FAULTED = new IdleRole(ReplicaRole.FAULTED);

    private final ReplicaState state;
    private Role role = IDLE;
    /** Leader epoch that the role was taken in; -1 before the first. */
    private int roleEpoch = -1;

    /** Newest leader epoch heard of, by record or by message; nothing of an older one is acted upon (rule E2). */
    private int knownEpoch = -1;

    /**
     * A replica that waits for its first {@link #onMetadata}.
     *
     * @param highWatermarkHint the checkpointed one, or 0; bounded by the log (rule R15)
     */
    public PartitionReplica(ReplicaIdentity identity, ReplicaLog log, long highWatermarkHint, ReplicaOptions options) {
        this.state = new ReplicaState(identity, log, highWatermarkHint, options);
    }

    // ---- Events of both roles

    /**
     * The quorum's record of the partition, or the registration of a broker that holds a replica, changed. Records older
     * than the one known are ignored.
     *
     * @param brokers registered brokers by id; must be immutable
     */
    public List<Effect> onMetadata(
            PartitionRegistration record, Map<Integer, BrokerRegistration> brokers, long nowNanos) {
        return handle(() -> {
            if (!isOlder(record)) {
                state.setMetadata(record, brokers, nowNanos);
                checkRecord(record);
                takeRole(record, nowNanos);
            }
        });
    }

    /** The log end moved: after each append of an effect, and after each append of produced batches. */
    public List<Effect> onAppended(long nowNanos) {
        return handle(() -> role.onAppended(nowNanos));
    }

    /** {@link Effect.TruncateTo} was done. */
    public List<Effect> onTruncated(long nowNanos) {
        state.logCut();
        return handle(() -> asFollower().ifPresent(follower -> follower.onTruncated(nowNanos)));
    }

    /** {@link Effect.ResetTo} was done. */
    public List<Effect> onReset(long nowNanos) {
        state.logReset();
        return handle(() -> asFollower().ifPresent(follower -> follower.onTruncated(nowNanos)));
    }

    /**
     * {@link Effect.TruncateTo} or {@link Effect.ResetTo} was not done, as the disk has no room for a note of it (rule R11) or
     * what the leader sent is not sound: the follower attaches again in a while.
     */
    public List<Effect> onCutRefused(long nowNanos) {
        return handle(() -> asFollower().ifPresent(follower -> follower.onCutRefused(nowNanos)));
    }

    /** The log start rose, by retention, by a request or by {@link Effect.RaiseLogStart}, or is on the disk now. */
    public List<Effect> onLogStartRaised(long nowNanos) {
        return handle(() -> role.onLogStartRaised(nowNanos));
    }

    /** {@link Effect.Flush} was done; {@link ReplicaLog#flushedOffset()} tells how far. */
    public List<Effect> onFlushed(long nowNanos) {
        return handle(() -> {
            state.flushed();
            role.onFlushed(nowNanos);
        });
    }

    /** Time passed: to be called about every 50 ms, unless it {@link #isAtRest}. */
    public List<Effect> onTick(long nowNanos) {
        return handle(() -> role.onTick(nowNanos));
    }

    /**
     * Whether {@link #onTick} need not be called before the next call of any other method that takes an event: time alone
     * changes nothing. Most replicas are at rest most of the time.
     */
    public boolean isAtRest() {
        return role.isAtRest();
    }

    /** An append, truncation, flush or read failed (rule R10): the replica stops. */
    public List<Effect> onIoError(String message, long nowNanos) {
        if (role.kind() != ReplicaRole.FAULTED) {
            fault(message);
        }
        return state.outbox().drain();
    }

    // ---- Leader: produce and reads

    /**
     * Whether a produce request may append now (rules L2, L3, L14, L16). If granted, append in this same event, stamped with
     * the granted epoch; then call {@link #onAppended} and, unless acks is NONE, {@link #awaitCommit}.
     *
     * @param knownLeaderEpoch the caller's, if it named one
     * @param lease this broker's, read in this event (rule E4)
     */
    public Admission admit(Acks acks, OptionalInt knownLeaderEpoch, Lease lease, long nowNanos) {
        Standing standing = standing();
        Admission admission = standing.admitRead(knownLeaderEpoch, lease, nowNanos);
        if (admission instanceof Admission.Refused || !(role instanceof LeaderReplica leader)) {
            return admission;
        }
        if (acks != Acks.ALL && !lease.holds(nowNanos)) {
            return standing.refused(Admission.Reason.LEASE_EXPIRED);
        }
        PartitionRegistration view = state.view();
        if (acks == Acks.ALL && view.isr().size() < view.minIsr()) {
            return standing.refused(Admission.Reason.NOT_ENOUGH_REPLICAS);
        }
        return acks != Acks.NONE && leader.overloaded() ? standing.refused(Admission.Reason.OVERLOADED) : admission;
    }

    /**
     * Waits for the acknowledgement of an append made under the present leadership, or of an earlier one that a request
     * duplicates (rules L6, D3). Answered by one {@link Effect.Complete}, perhaps among the effects returned.
     *
     * @param token names the waiting request; unique among those waiting
     * @param endOffset offset behind the last record appended
     * @param acks LEADER or ALL
     * @param deadlineNanos when the wait ends
     */
    public List<Effect> awaitCommit(long token, long endOffset, Acks acks, long deadlineNanos, long nowNanos) {
        return handle(() -> {
            if (role instanceof LeaderReplica leader) {
                leader.awaitCommit(token, endOffset, acks, deadlineNanos);
            } else {
                state.outbox().add(new Effect.Complete(token, CommitOutcome.LEADER_CHANGED_AFTER_APPEND));
            }
        });
    }

    /**
     * Waits until no live replica can give out records below an offset again (rule V6): the log start of each is there,
     * on its disk. Answered by one {@link Effect.Complete}, perhaps among the effects returned.
     *
     * @param token as for {@link #awaitCommit}
     * @param startOffset at most this log's start
     * @param deadlineNanos when the wait ends
     */
    public List<Effect> awaitLogStart(long token, long startOffset, long deadlineNanos, long nowNanos) {
        return handle(() -> {
            if (role instanceof LeaderReplica leader) {
                leader.awaitLogStart(token, startOffset, deadlineNanos);
            } else {
                state.outbox().add(new Effect.Complete(token, CommitOutcome.LEADER_CHANGED_AFTER_APPEND));
            }
        });
    }

    // ---- Leader: followers

    /**
     * A follower asks to attach.
     *
     * @param follower the broker, as its stream's hello names it
     * @param brokerEpoch epoch of its run, from the hello
     * @param streamId names the stream for {@link #onFollowerDisconnected}; unique within this run of the leader's broker
     */
    public List<Effect> onAttach(int follower, long brokerEpoch, long streamId, Attach attach, long nowNanos) {
        Link link = attach.link();
        if (role.kind() == ReplicaRole.FAULTED) {
            return List.of(new Effect.SendRefused(follower, streamId, link, AttachRefusal.STORAGE_ERROR, knownEpoch));
        }
        return handle(() -> {
            learnEpoch(link.leaderEpoch());
            if (link.leaderEpoch() < knownEpoch) {
                refuse(follower, streamId, link, AttachRefusal.FENCED_EPOCH);
            } else if (role instanceof LeaderReplica leader && leader.ready()) {
                leader.onAttach(follower, brokerEpoch, streamId, attach, nowNanos);
            } else {
                refuse(follower, streamId, link, AttachRefusal.UNKNOWN_EPOCH);
            }
        });
    }

    public List<Effect> onAck(int follower, long brokerEpoch, Ack ack, long nowNanos) {
        return handle(() -> asLeader().ifPresent(leader -> leader.onAck(follower, brokerEpoch, ack, nowNanos)));
    }

    /** The follower left a link. */
    public List<Effect> onDetach(int follower, long brokerEpoch, Link link, long nowNanos) {
        return handle(() -> asLeader().ifPresent(leader -> leader.onDetach(follower, brokerEpoch, link, nowNanos)));
    }

    /** A stream from that follower ended; links made on another stream stay. */
    public List<Effect> onFollowerDisconnected(int follower, long streamId, long nowNanos) {
        return handle(
                () -> asLeader().ifPresent(leader -> leader.onFollowerDisconnected(follower, streamId, nowNanos)));
    }

    /**
     * {@link Effect.PushTo} was sent. If the stream broke instead, this need not be called.
     *
     * @param endOffset offset behind the last record sent; {@code fromOffset} if none was
     * @param bytes size of the records sent
     */
    public List<Effect> onPushSent(int follower, Link link, long endOffset, int bytes, long nowNanos) {
        return handle(() -> asLeader().ifPresent(leader -> leader.onPushSent(follower, link, endOffset, bytes)));
    }

    /** What {@link Effect.PushTo} was to send cannot be read: the follower has to ask again. */
    public List<Effect> onPushUnreadable(int follower, Link link, long nowNanos) {
        return handle(() -> asLeader().ifPresent(leader -> leader.onPushUnreadable(follower, link, nowNanos)));
    }

    /** Whether the push that was asked for last on that link was not sent yet. */
    public boolean isPushing(int follower, Link link) {
        return asLeader().filter(leader -> leader.isPushing(follower, link)).isPresent();
    }

    /**
     * Most bytes per second that this broker may send to replicas that are being added (rule M11), where it leads and that
     * is bounded; else 0.
     */
    public long throttleBytesPerSecond() {
        return asLeader().map(LeaderReplica::throttleBytesPerSecond).orElse(0L);
    }

    /** Whether that bound holds for a follower now: it does not once it is in sync or about to be (rule L18). */
    public boolean isThrottled(int follower, long nowNanos) {
        return asLeader()
                .filter(leader -> leader.isThrottled(follower, nowNanos))
                .isPresent();
    }

    /**
     * What became of {@link Effect.ProposeIsr}.
     *
     * @param leaderEpoch the effect's
     * @param partitionEpoch the effect's: the version that the proposal assumed
     */
    public List<Effect> onProposalResult(int leaderEpoch, int partitionEpoch, ProposalOutcome outcome, long nowNanos) {
        return handle(() -> {
            learnEpoch(outcome.leaderEpoch());
            asLeader().ifPresent(leader -> leader.onProposalResult(leaderEpoch, partitionEpoch, outcome, nowNanos));
        });
    }

    // ---- Follower

    public List<Effect> onAttached(Link link, long highWatermark, long logStartOffset, long nowNanos) {
        return handle(
                () -> asFollower().ifPresent(follower -> follower.onAttached(link, highWatermark, logStartOffset)));
    }

    public List<Effect> onDiverged(Link link, EpochEnd point, long nowNanos) {
        return handle(() -> asFollower().ifPresent(follower -> follower.onDiverged(link, point, nowNanos)));
    }

    /** The leader's log begins behind this one's end (rule F11). */
    public List<Effect> onResetAsked(Link link, ResetPoint point, long nowNanos) {
        return handle(() -> asFollower().ifPresent(follower -> follower.onResetAsked(link, point, nowNanos)));
    }

    public List<Effect> onRefused(Link link, AttachRefusal reason, int leaderEpoch, long nowNanos) {
        return handle(
                () -> asFollower().filter(follower -> follower.isCurrent(link)).ifPresent(follower -> {
                    follower.onRefused(link, nowNanos);
                    learnEpoch(leaderEpoch);
                }));
    }

    public List<Effect> onPush(Push push, long nowNanos) {
        return handle(() -> asFollower().ifPresent(follower -> follower.onPush(push, nowNanos)));
    }

    /** A push of this link carried batches that fail their checks (rule F7). */
    public List<Effect> onPushCorrupt(Link link, long nowNanos) {
        return handle(() -> asFollower().ifPresent(follower -> follower.onPushCorrupt(link, nowNanos)));
    }

    /**
     * A push, or its {@link Effect.AppendPushed}, was not appended, or not all of it, because the disk has no room: the
     * follower leaves its link and tries again in a while (rule R11).
     */
    public List<Effect> onAppendRefused(long nowNanos) {
        return handle(() -> asFollower().ifPresent(follower -> follower.onAppendRefused(nowNanos)));
    }

    /** The stream to that leader ended or could not be opened. */
    public List<Effect> onLeaderDisconnected(int leader, long nowNanos) {
        return handle(() -> asFollower().ifPresent(follower -> follower.onLeaderDisconnected(leader, nowNanos)));
    }

    // ---- What it is

    public ReplicaRole role() {
        return role.kind();
    }

    /** What readers have to know; theirs to keep until it changes. */
    public Standing standing() {
        boolean ready = role instanceof LeaderReplica leader && leader.ready();
        boolean knowsCommitted = role instanceof LeaderReplica leader && leader.knowsCommitted();
        return new Standing(
                role.kind(),
                knownEpoch,
                currentLeader(),
                ready,
                knowsCommitted,
                state.options().isolatedLeader());
    }

    /**
     * Whether every replica is in sync, by the quorum's record as far as it is known here, so that each has all that is
     * committed. False without a part in the partition.
     */
    public boolean isWhole() {
        boolean takesPart = role.kind() == ReplicaRole.LEADER || role.kind() == ReplicaRole.FOLLOWER;
        return takesPart && state.view().isr().containsAll(state.view().replicas());
    }

    /** Whether it leads by an unclean election, and by no other one since (rule M9). */
    public boolean leadsUncleanly() {
        return role.kind() == ReplicaRole.LEADER
                && state.view().uncleanEpoch() > 0
                && state.view().uncleanEpoch() == state.view().leaderEpoch();
    }

    /** The newest leader epoch known; -1 before the first record. */
    public int leaderEpoch() {
        return knownEpoch;
    }

    /** First offset not yet known to be committed. */
    public long highWatermark() {
        return state.highWatermark();
    }

    /** A leader's own high watermark; a follower's leader's, as last told, which may be above this log's end. */
    public long knownHighWatermark() {
        return role instanceof FollowerReplica follower
                ? Math.max(highWatermark(), follower.leaderHighWatermark())
                : highWatermark();
    }

    /**
     * Whether another replica has all committed records that this one may have lost, and can lead: for a leader an in-sync
     * follower or, as nobody can get in sync by what it cannot read, an eligible one (rule M0). Only then does it help
     * anybody that this one steps aside (rule L12).
     */
    public boolean isReplaceable() {
        if (!state.hasView()) {
            return false;
        }
        PartitionRegistration view = state.view();
        return view.hasLeader()
                && (view.leader() != state.brokerId() || view.isr().size() > 1 || hasUsableEligibleReplica(view));
    }

    private boolean hasUsableEligibleReplica(PartitionRegistration view) {
        for (int eligible : view.elr()) {
            if (state.usable(eligible)) {
                return true;
            }
        }
        return false;
    }

    // ---- Roles

    private boolean isOlder(PartitionRegistration record) {
        return state.hasView()
                && (record.leaderEpoch() < state.view().leaderEpoch()
                        || record.partitionEpoch() < state.view().partitionEpoch());
    }

    /** Rules E1, L1, L15 and F1: a newer leader epoch ends the role, also if the leader stays the same. */
    private void takeRole(PartitionRegistration record, long nowNanos) {
        learnEpoch(record.leaderEpoch());
        ReplicaRole target = record.leaderEpoch() < knownEpoch ? ReplicaRole.IDLE : roleIn(record);
        if (record.leaderEpoch() == roleEpoch && target == role.kind()) {
            role.onView(nowNanos);
            return;
        }
        closeRole();
        roleEpoch = record.leaderEpoch();
        if (target == ReplicaRole.LEADER) {
            role = new LeaderReplica(state, nowNanos);
        } else if (target == ReplicaRole.FOLLOWER) {
            role = new FollowerReplica(state, nowNanos);
        }
        state.outbox().add(new Effect.RoleChanged(target, knownEpoch, record.leaderIfAny()));
    }

    private ReplicaRole roleIn(PartitionRegistration record) {
        // A record from before this run's registration speaks of an earlier run; one from after it, of a later run.
        boolean ours =
                state.registeredEpoch(state.brokerId()) == state.identity().brokerEpoch();
        if (!ours || !record.hasLeader() || !record.hasReplica(state.brokerId())) {
            return ReplicaRole.IDLE;
        }
        return record.leader() == state.brokerId() ? ReplicaRole.LEADER : ReplicaRole.FOLLOWER;
    }

    /** Rule L15: whoever hears of a newer epoch stops acting in the older one and waits for the record. */
    private void learnEpoch(int epoch) {
        if (epoch <= knownEpoch) {
            return;
        }
        knownEpoch = epoch;
        if (role != IDLE) {
            closeRole();
            state.outbox().add(new Effect.RoleChanged(ReplicaRole.IDLE, knownEpoch, OptionalInt.empty()));
        }
    }

    private void closeRole() {
        role.close(CommitOutcome.LEADER_CHANGED_AFTER_APPEND, AttachRefusal.FENCED_EPOCH, knownEpoch);
        role = IDLE;
    }

    private Optional<LeaderReplica> asLeader() {
        return role instanceof LeaderReplica leader ? Optional.of(leader) : Optional.empty();
    }

    private Optional<FollowerReplica> asFollower() {
        return role instanceof FollowerReplica follower ? Optional.of(follower) : Optional.empty();
    }

    // ---- Answers and faults

    /** The leader of the newest epoch heard of, if its record has arrived and does not speak of another run of this broker. */
    private OptionalInt currentLeader() {
        boolean current = state.hasView() && state.view().leaderEpoch() == knownEpoch;
        boolean otherRun = current && state.view().leader() == state.brokerId() && role.kind() != ReplicaRole.LEADER;
        return current && !otherRun ? state.view().leaderIfAny() : OptionalInt.empty();
    }

    private void refuse(int follower, long streamId, Link link, AttachRefusal reason) {
        state.outbox().add(new Effect.SendRefused(follower, streamId, link, reason, knownEpoch));
    }

    private static void checkRecord(PartitionRegistration record) {
        int elr = record.elr().size();
        boolean enough = record.isr().size() >= record.minIsr();
        InvariantViolation.check(
                !enough || elr + record.lastKnown().size() == 0, "I8: a full ISR beside an ELR", elr, 0);
        InvariantViolation.check(Collections.disjoint(record.isr(), record.elr()), "I8: ISR and ELR overlap", elr, 0);
    }

    private List<Effect> handle(Runnable event) {
        if (role.kind() == ReplicaRole.FAULTED) {
            return List.of();
        }
        try {
            state.checkLog();
            event.run();
        } catch (InvariantViolation violation) {
            fault(violation.getMessage());
        }
        return state.outbox().drain();
    }

    /** Appends and truncations of the failed event are dropped: the log is evidence. */
    private void fault(String reason) {
        state.outbox().discardForFault();
        role.close(CommitOutcome.STORAGE_ERROR, AttachRefusal.STORAGE_ERROR, knownEpoch);
        role = FAULTED;
        state.outbox().add(new Effect.Fault(reason));
    }
}
