package io.kontiki.replication;

import io.kontiki.metadata.TopicPartition;
import java.util.Objects;
import java.util.function.LongSupplier;

/**
 * Who a replica is.
 *
 * @param partition the partition
 * @param brokerId the broker that holds the replica
 * @param brokerEpoch epoch of the broker's present run; metadata from before its registration is not acted upon
 * @param linkIds gives numbers that rise within this run of the broker (rule F1); called by the event loop
 */
public record ReplicaIdentity(TopicPartition partition, int brokerId, long brokerEpoch, LongSupplier linkIds) {
    public ReplicaIdentity {
        Objects.requireNonNull(partition);
        Objects.requireNonNull(linkIds);
    }
}
