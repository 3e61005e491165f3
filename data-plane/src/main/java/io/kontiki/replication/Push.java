package io.kontiki.replication;

import java.util.Objects;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * What a leader sends to an attached follower (rule L11).
 *
 * @param link the attachment it belongs to
 * @param previousOffset the log end offset that the follower must have
 * @param previousEpoch leader epoch of the batch before it; empty at the start of the log
 * @param highWatermark the leader's, when it was sent
 * @param logStartOffset first offset of the leader's log
 * @param batches what to append; empty if only the offsets are told
 */
public record Push(
        Link link,
        long previousOffset,
        OptionalInt previousEpoch,
        long highWatermark,
        long logStartOffset,
        Optional<PushedBatches> batches) {
    public Push {
        Objects.requireNonNull(link);
        Objects.requireNonNull(previousEpoch);
        Objects.requireNonNull(batches);
    }
}
