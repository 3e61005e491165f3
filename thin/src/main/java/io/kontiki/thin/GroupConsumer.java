package io.kontiki.thin;

import io.kontiki.client.CommittedOffset;
import io.kontiki.client.KontikiException;
import io.kontiki.client.RebalanceListener;
import io.kontiki.client.TopicPartition;
import io.kontiki.proto.v1.ConsumedRecord;
import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;

/**
 * The part of a consumer in a group that a stream needs. Belongs to one thread; only {@link #wakeup} may be called from
 * anywhere. It commits nothing by itself.
 */
interface GroupConsumer {
    /** Makes one that is a member of the group already, or is about to be. */
    @FunctionalInterface
    interface Opener {
        /**
         * @param listener called inside {@link #poll} and {@link #leave}
         * @throws KontikiException if the settings are refused
         */
        GroupConsumer open(ConsumeStart start, RebalanceListener listener);
    }

    /** A record on its way to the caller. */
    record Fetched(TopicPartition partition, ConsumedRecord record, int leaderEpoch) {}

    /**
     * The next records; waits for the first one, or for {@link #wakeup}.
     *
     * @throws KontikiException if the member was fenced, or something else that does not mend itself
     */
    List<Fetched> poll(Duration timeout);

    /** What the member owns. */
    Set<TopicPartition> assignment();

    /** Leaves these out of {@link #poll}; they are owned. */
    void pause(Collection<TopicPartition> partitions);

    /** Ends that. They are owned. */
    void resume(Collection<TopicPartition> partitions);

    /** Goes on at this offset. The partition is owned. */
    void seek(TopicPartition partition, long offset);

    /** Stores offsets, in the order of the calls. The future fails with a {@link KontikiException} only. */
    CompletableFuture<Void> commit(Map<TopicPartition, CommittedOffset> offsets);

    /** Makes the poll that waits now, or else the next one, return at once. */
    void wakeup();

    /** Leaves the group, and frees all resources. */
    void leave();

    /** Frees all resources; to the group the member just falls silent. */
    void abandon();
}
