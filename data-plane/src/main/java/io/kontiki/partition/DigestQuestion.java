package io.kontiki.partition;

import io.kontiki.log.CleaningPace;
import io.kontiki.log.OffsetOutOfRangeException;
import io.kontiki.log.RangeDigest;
import io.kontiki.partition.DigestAnswer.Reason;
import io.kontiki.record.InvalidBatchException;
import io.kontiki.replication.ReplicaRole;
import io.kontiki.storage.StorageException;

/**
 * Asks a follower what its log holds from one offset to another (rule R14).
 *
 * @param leaderEpoch of the leader that asks
 * @param fromOffset base of a batch, or a log start; at least 0
 * @param toOffset end of a batch, exclusive; above fromOffset
 */
public record DigestQuestion(int leaderEpoch, long fromOffset, long toOffset) {
    /** A leader asks for so much and one batch more. */
    static final int RANGE_BYTES = 8 << 20;

    /** Chunks end elsewhere in each copy, since segments do. */
    private static final long ANSWER_BYTES_MAX = 2L * RANGE_BYTES;

    public DigestQuestion {
        if (leaderEpoch < 0) {
            throw new IllegalArgumentException("leader_epoch is " + leaderEpoch + ", the least is 0");
        }
        if (fromOffset < 0 || toOffset <= fromOffset) {
            throw new IllegalArgumentException(
                    "from_offset is " + fromOffset + " and to_offset " + toOffset + "; 0 <= from < to must hold");
        }
    }

    /** Reads the log. Blocks as the pace says. */
    DigestAnswer answer(Partition follower, CleaningPace pace) {
        ReadView view = follower.view();
        if (follower.dir().isOffline() || view.role() != ReplicaRole.FOLLOWER || view.leaderEpoch() != leaderEpoch) {
            return DigestAnswer.refused(Reason.NOT_FOLLOWING);
        }
        try {
            return RangeDigest.of(follower::batches, fromOffset, toOffset, ANSWER_BYTES_MAX, pace)
                    .map(this::told)
                    .orElseGet(() -> DigestAnswer.refused(Reason.BUSY));
        } catch (OffsetOutOfRangeException e) {
            return DigestAnswer.refused(Reason.OUT_OF_RANGE);
        } catch (InvalidBatchException | StorageException e) {
            follower.onUnreadable(e);
            return DigestAnswer.refused(Reason.DAMAGED);
        }
    }

    private DigestAnswer told(RangeDigest found) {
        if (found.compacted()) {
            return DigestAnswer.refused(Reason.COMPACTED);
        }
        return found.toOffset() == toOffset
                ? new DigestAnswer.Digest(found.sha256())
                : DigestAnswer.refused(Reason.OUT_OF_RANGE);
    }
}
