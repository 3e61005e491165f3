package io.kontiki.client;

import java.util.Set;

/**
 * Told of partitions that come and go. Always called inside {@link Consumer#poll}, {@link Consumer#unsubscribe} or {@link
 * Consumer#close}, so on the thread of the consumer, which may be used meanwhile, but for {@code poll}, {@code close},
 * and what changes the subscription. An exception comes out of the call; the change is made all the same.
 */
public interface RebalanceListener {
    /** Does nothing. */
    RebalanceListener NONE = new RebalanceListener() {};

    /**
     * These partitions came. They start where the group has committed, unless this call seeks.
     *
     * @param partitions never empty
     */
    default void onAssigned(Set<TopicPartition> partitions) {}

    /**
     * These partitions are about to go to another member; until this returns they are still owned: commit what is worked
     * through, and end what writes elsewhere. With {@link Consumer.Builder#autoCommit} the commit is made already. It must
     * not take longer than the rebalance time-out, or the member is fenced.
     *
     * @param partitions never empty
     */
    default void onRevoked(Set<TopicPartition> partitions) {}

    /**
     * These partitions may have another owner already: the member was silent or slow for too long, was removed, or another
     * one has taken its name. Nothing of them can be committed. Unless it is overridden, the same as {@link #onRevoked}.
     *
     * @param partitions never empty
     */
    default void onLost(Set<TopicPartition> partitions) {
        onRevoked(partitions);
    }
}
