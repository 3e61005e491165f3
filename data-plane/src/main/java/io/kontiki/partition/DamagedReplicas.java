package io.kontiki.partition;

import io.kontiki.metadata.MetadataImage;
import io.kontiki.metadata.PartitionRegistration;
import io.kontiki.metadata.TopicPartition;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;

/**
 * Replicas whose logs have damage, until these are repaired (rule L12). A log is touched only when another replica leads,
 * which has what is lost here. Owned by the thread of {@link AssignedReplicas}.
 */
final class DamagedReplicas {
    private static final long AGAIN_SECONDS = 10;

    private final AssignedReplicas replicas;
    private final ScheduledExecutorService timer;
    /** Until another replica leads. */
    private final Set<TopicPartition> waiting = new HashSet<>();

    private final Set<TopicPartition> inRepair = new HashSet<>();

    /** @param timer repairs run here, and may take long */
    DamagedReplicas(AssignedReplicas replicas, ScheduledExecutorService timer) {
        this.replicas = replicas;
        this.timer = timer;
    }

    void add(TopicPartition id) {
        waiting.add(id);
    }

    /** Whether the log is closed for its repair. */
    boolean isInRepair(TopicPartition id) {
        return inRepair.contains(id);
    }

    /** To be called every few seconds, not at once: a replica that fails again and again must not keep the quorum busy. */
    void repairReplaced(MetadataImage image) {
        for (TopicPartition id : List.copyOf(waiting)) {
            Optional<Partition> partition = replicas.find(id);
            Optional<PartitionRegistration> record = image.partition(id);
            if (partition.isEmpty() || record.isEmpty()) {
                waiting.remove(id);
            } else if (record.get().hasLeader() && !replicas.isCountedOn(record.get())) {
                waiting.remove(id);
                inRepair.add(id);
                replicas.release(id);
                partition.get().stop(closed -> timer.execute(() -> repair(id, closed)));
            }
        }
    }

    private void repair(TopicPartition id, PartitionLogs.Placed closed) {
        if (LogRepair.run(closed)) {
            replicas.execute(() -> onRepaired(id, closed));
        } else {
            timer.schedule(() -> repair(id, closed), AGAIN_SECONDS, TimeUnit.SECONDS);
        }
    }

    private void onRepaired(TopicPartition id, PartitionLogs.Placed closed) {
        inRepair.remove(id);
        replicas.openAgain(id, closed);
    }
}
