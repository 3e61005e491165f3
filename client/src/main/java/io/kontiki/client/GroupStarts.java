package io.kontiki.client;

import io.kontiki.client.OffsetCalls.Asker;
import io.kontiki.client.OffsetCalls.Fetched;
import java.time.Duration;
import java.util.Optional;
import java.util.Set;
import java.util.function.Supplier;

/**
 * Where the partitions of a group start: at its commits. "No commit" and "could not be read" are different answers (rule G8):
 * only the first one leads to the reset policy.
 *
 * @param asker on whose behalf; asked on the consumer's thread
 * @param timeout of one call
 */
record GroupStarts(OffsetCalls calls, Supplier<Asker> asker, ResetPolicy policy, Duration timeout) {

    /** Each partition is judged alone: one of a deleted topic holds up no other. Blocks. Any thread. */
    Fetched committed(Asker onBehalfOf, Set<TopicPartition> partitions) {
        return calls.fetchOnce(onBehalfOf, partitions, timeout);
    }

    /** Where to start without a commit; empty if that is an error. */
    Optional<Position> withoutCommit(PartitionFetcher partition, long nowMs) {
        return policy.position(nowMs).map(partition::resetTo);
    }

    static KontikiException nothingCommitted(Asker asker, TopicPartition partition) {
        return new KontikiException(
                ErrorReason.OFFSET_OUT_OF_RANGE,
                "partition " + partition + ": group " + asker.groupId()
                        + " has committed nothing there, and resetPolicy is ERROR");
    }

    /** Whether the caller is to hear of a failure: not if time mends it, or the membership, which is judged elsewhere. */
    static boolean isFinal(KontikiException failure) {
        return switch (failure.reason()) {
            case UNKNOWN_MEMBER, STALE_MEMBER_EPOCH, TOPIC_NOT_FOUND, PARTITION_NOT_FOUND -> false;
            default -> !failure.retriable();
        };
    }
}
