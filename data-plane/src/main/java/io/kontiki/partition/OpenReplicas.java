package io.kontiki.partition;

import io.kontiki.metadata.TopicPartition;
import java.util.Collection;
import java.util.Collections;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;

/**
 * The replicas that are open on this broker. Tells the quorum where each is, and which are lost with their directory (rule
 * M10). Any thread.
 */
final class OpenReplicas {
    private final Map<TopicPartition, Partition> partitions = new ConcurrentHashMap<>();
    private final DirectoryReports reports;

    OpenReplicas(DirectoryReports reports) {
        this.reports = reports;
    }

    /** Those of the moment. */
    Collection<Partition> all() {
        return Collections.unmodifiableCollection(partitions.values());
    }

    Optional<Partition> find(TopicPartition id) {
        return Optional.ofNullable(partitions.get(id));
    }

    void add(Partition partition) {
        partitions.put(partition.id(), partition);
    }

    void remove(Partition partition) {
        partitions.remove(partition.id(), partition);
    }

    /** @param assigned the directory that the quorum has for it, or UNASSIGNED */
    void assign(Partition partition, UUID assigned) {
        LogDir dir = partition.dir();
        UUID present = dir.id().orElseThrow();
        if (!present.equals(assigned)) {
            reports.assign(partition.id(), present, assigned);
        }
        if (dir.isOffline()) {
            failWith(dir, partition); // It failed meanwhile, and may not have found this one.
        }
    }

    void onOffline(LogDir dir) {
        dir.id().ifPresent(reports::failDirectory);
        partitions.values().stream()
                .filter(partition -> partition.dir() == dir)
                .forEach(partition -> failWith(dir, partition));
    }

    private void failWith(LogDir dir, Partition partition) {
        partition.fail(dir.status().reason());
        // The quorum may not know yet that it is in this directory.
        reports.failReplica(partition.id());
    }
}
