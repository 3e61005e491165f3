package io.kontiki.partition;

import io.kontiki.log.ProducerCheck;
import io.kontiki.proto.internal.v1.AlterPartitionReply;
import io.kontiki.proto.v1.ErrorReason;
import io.kontiki.replication.Admission;
import io.kontiki.replication.CommitOutcome;
import io.kontiki.replication.ProposalOutcome;
import java.util.Optional;
import java.util.Set;

/** Words what the cores refuse for those who asked. */
final class Refusals {
    private Refusals() {}

    static ProduceOutcome.Refused ofStopped(String name) {
        return refused(ErrorReason.ERROR_REASON_NOT_LEADER, "this broker does not hold " + name + " any more");
    }

    static ProduceOutcome.Refused of(Admission.Refused refused, String name) {
        return switch (refused.reason()) {
            case NOT_LEADER -> notLeader(name);
            case LEADER_UNKNOWN ->
                refused(ErrorReason.ERROR_REASON_LEADER_UNKNOWN, name + " has no leader that is ready now");
            case FENCED_LEADER_EPOCH ->
                refused(
                        ErrorReason.ERROR_REASON_FENCED_LEADER_EPOCH,
                        "leader_epoch is older than " + refused.leaderEpoch() + " of " + name);
            case UNKNOWN_LEADER_EPOCH ->
                refused(
                        ErrorReason.ERROR_REASON_UNKNOWN_LEADER_EPOCH,
                        "leader_epoch is newer than " + refused.leaderEpoch() + ", all that this broker knows of "
                                + name);
            case NOT_ENOUGH_REPLICAS ->
                refused(
                        ErrorReason.ERROR_REASON_NOT_ENOUGH_REPLICAS,
                        name + " has fewer in-sync replicas than min.insync.replicas; nothing was written");
            case OFFSET_NOT_AVAILABLE ->
                refused(
                        ErrorReason.ERROR_REASON_OFFSET_NOT_AVAILABLE,
                        "the new leader of " + name + " does not know yet how far the log is committed");
            case LEASE_EXPIRED ->
                refused(
                        ErrorReason.ERROR_REASON_LEASE_EXPIRED,
                        "this broker, which leads " + name + ", has not reached the controller for so long that another"
                                + " one may lead by now");
            case STORAGE_ERROR -> ofOffline(name);
            case OVERLOADED ->
                refused(ErrorReason.ERROR_REASON_OVERLOADED, "too many appends to " + name + " wait already");
        };
    }

    static ProduceOutcome.Refused of(CommitOutcome outcome, String name) {
        return switch (outcome) {
            case NOT_ENOUGH_REPLICAS_AFTER_APPEND ->
                refused(
                        ErrorReason.ERROR_REASON_NOT_ENOUGH_REPLICAS_AFTER_APPEND,
                        "written to " + name + ", but the in-sync replicas became too few; the outcome is unknown");
            case TIMED_OUT_AFTER_APPEND ->
                refused(
                        ErrorReason.ERROR_REASON_TIMED_OUT_AFTER_APPEND,
                        "written to " + name + ", but not replicated in time; the outcome is unknown");
            case LEADER_CHANGED_AFTER_APPEND ->
                refused(
                        ErrorReason.ERROR_REASON_LEADER_CHANGED_AFTER_APPEND,
                        "written to " + name + ", but its leader changed; the outcome is unknown");
            case STORAGE_ERROR ->
                refused(ErrorReason.ERROR_REASON_STORAGE_ERROR, name + " went offline; the outcome is unknown");
            case COMMITTED -> throw new AssertionError("a committed append is no refusal");
        };
    }

    /** No record beyond the committed ones is deleted. */
    static Optional<TrimOutcome.Refused> ofTrim(long offset, long highWatermark, String name) {
        return offset <= highWatermark
                ? Optional.empty()
                : trimRefused(
                        ErrorReason.ERROR_REASON_OFFSET_OUT_OF_RANGE,
                        "before_offset " + offset + " of " + name + " is above its high watermark " + highWatermark);
    }

    /** Rule R14: nobody knows yet which copy is right. */
    static Optional<TrimOutcome.Refused> ofTrim(Set<Integer> divergentFollowers, String name) {
        return divergentFollowers.isEmpty()
                ? Optional.empty()
                : trimRefused(
                        ErrorReason.ERROR_REASON_POLICY_VIOLATION,
                        "the replicas of " + name + " on brokers " + divergentFollowers
                                + " hold other records than the leader: nothing is deleted until that is settled");
    }

    private static Optional<TrimOutcome.Refused> trimRefused(ErrorReason reason, String message) {
        return Optional.of(new TrimOutcome.Refused(reason, message));
    }

    static TrimOutcome.Refused ofTrim(CommitOutcome outcome, long offset, String name) {
        return switch (outcome) {
            case TIMED_OUT_AFTER_APPEND, NOT_ENOUGH_REPLICAS_AFTER_APPEND ->
                new TrimOutcome.Refused(
                        ErrorReason.ERROR_REASON_TRIM_TIMED_OUT,
                        "records below offset " + offset + " of " + name
                                + " are gone on the leader, but not on all live replicas in time; it goes on by itself");
            case LEADER_CHANGED_AFTER_APPEND ->
                new TrimOutcome.Refused(
                        ErrorReason.ERROR_REASON_OUTCOME_UNKNOWN,
                        "the leader of " + name + " changed while records below offset " + offset + " were deleted");
            case STORAGE_ERROR ->
                new TrimOutcome.Refused(ErrorReason.ERROR_REASON_STORAGE_ERROR, name + " went offline");
            case COMMITTED -> throw new AssertionError("a deletion that is done is no refusal");
        };
    }

    /** Nothing ends a transaction yet: its first batch would hold the last stable offset, and compaction, for ever. */
    static ProduceOutcome.Refused ofTransactional(String name) {
        return refused(
                ErrorReason.ERROR_REASON_INVALID_ARGUMENT,
                "records: the transactional bit of the attributes is set, but must be 0: brokers of this version take no"
                        + " transactions; the batch was for " + name);
    }

    static ProduceOutcome.Refused of(ProducerCheck check, long producerId) {
        if (check instanceof ProducerCheck.OutOfOrder order) {
            return refused(
                    ErrorReason.ERROR_REASON_OUT_OF_ORDER_SEQUENCE,
                    "base_sequence " + order.foundSequence() + " of producer id " + producerId + " is not "
                            + order.expectedSequence() + ", the next one");
        }
        if (check instanceof ProducerCheck.TooOld old) {
            return refused(
                    ErrorReason.ERROR_REASON_DUPLICATE_SEQUENCE,
                    "base_sequence " + old.foundSequence() + " of producer id " + producerId
                            + " was written before; the oldest one remembered is " + old.oldestSequence());
        }
        if (check instanceof ProducerCheck.FencedEpoch fenced) {
            return refused(
                    ErrorReason.ERROR_REASON_FENCED_PRODUCER_EPOCH,
                    "epoch " + fenced.foundEpoch() + " of producer id " + producerId + " is older than "
                            + fenced.currentEpoch());
        }
        if (check instanceof ProducerCheck.UnknownProducer unknown) {
            return refused(
                    ErrorReason.ERROR_REASON_UNKNOWN_PRODUCER,
                    "nothing is known of producer id " + producerId + ", so base_sequence " + unknown.foundSequence()
                            + " is not 0 as it must be");
        }
        throw new AssertionError(check);
    }

    /** Whether the directory takes appends (rules R10, R11). */
    static Optional<ProduceOutcome.Refused> ofAppend(LogDir.Status dir, String name) {
        return switch (dir.state()) {
            case ONLINE -> Optional.empty();
            case FULL -> Optional.of(ofFull(name, dir.reason()));
            case OFFLINE -> Optional.of(ofOffline(name));
        };
    }

    static ProduceOutcome.Refused ofOffline(String name) {
        return refused(ErrorReason.ERROR_REASON_STORAGE_ERROR, name + " is offline on this broker");
    }

    static ProduceOutcome.Refused ofFull(String name, String reason) {
        return refused(
                ErrorReason.ERROR_REASON_STORAGE_FULL,
                "the disk of " + name + " has no room, nothing was written: " + reason);
    }

    static ProposalOutcome outcomeOf(AlterPartitionReply reply) {
        return switch (reply.getReason()) {
            case ERROR_REASON_UNSPECIFIED -> new ProposalOutcome.Accepted(reply.getLeaderEpoch());
            case ERROR_REASON_FENCED_LEADER_EPOCH, ERROR_REASON_UNKNOWN_LEADER_EPOCH, ERROR_REASON_NOT_LEADER ->
                new ProposalOutcome.Fenced(reply.getLeaderEpoch());
            default -> new ProposalOutcome.Refused(reply.getPartitionEpoch());
        };
    }

    private static ProduceOutcome.Refused notLeader(String name) {
        return refused(ErrorReason.ERROR_REASON_NOT_LEADER, "this broker does not lead " + name);
    }

    private static ProduceOutcome.Refused refused(ErrorReason reason, String message) {
        return new ProduceOutcome.Refused(reason, message);
    }

    /** A name that somebody gave, not longer than names may be. */
    static String shown(String name) {
        return name.length() <= 249 ? name : name.substring(0, 249) + "…";
    }
}
