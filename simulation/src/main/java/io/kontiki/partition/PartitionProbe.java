package io.kontiki.partition;

import io.kontiki.log.PartitionLog;
import io.kontiki.replication.PartitionReplica;
import java.util.Collection;

/** Lets the simulator look into partitions; here, so that the product shows nothing for its sake. Changes nothing itself. */
public final class PartitionProbe {
    private PartitionProbe() {}

    /** Those that are open. */
    public static Collection<Partition> all(Partitions partitions) {
        return partitions.all();
    }

    /** What it does not do itself, its event loop must not do meanwhile. */
    public static PartitionReplica replica(Partition partition) {
        return partition.replica();
    }

    /** What a scrub does that meets this partition (rule R14); how it does so has tests of its own. */
    public static void scrub(Partition partition) {
        partition.scrub(bytes -> true).damage().ifPresent(partition::onUnreadable);
    }

    /** Where the replica's records are at the moment. */
    public static PartitionLog log(Partition partition) {
        return partition.placed().log();
    }
}
