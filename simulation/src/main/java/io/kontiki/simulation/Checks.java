package io.kontiki.simulation;

import io.kontiki.metadata.MetadataImage;
import io.kontiki.metadata.TopicPartition;
import io.kontiki.partition.Partition;
import io.kontiki.partition.ProduceOutcome;
import io.kontiki.record.RecordBatch;
import io.kontiki.replication.Acks;
import java.nio.ByteBuffer;
import java.util.HashMap;
import java.util.Map;

/** Everything that is checked while the cluster runs. */
final class Checks {
    private final Cluster cluster;
    private final Map<TopicPartition, PartitionChecks> partitions = new HashMap<>();

    Checks(Cluster cluster) {
        this.cluster = cluster;
    }

    private PartitionChecks of(TopicPartition id) {
        return partitions.computeIfAbsent(id, key -> new PartitionChecks(cluster, key));
    }

    /** Of the partition that scenarios use. */
    CommittedLog committed() {
        return committed(cluster.partition());
    }

    CommittedLog committed(TopicPartition id) {
        return of(id).committed();
    }

    /** How many batches were acknowledged by all in-sync replicas. */
    int acknowledged() {
        return partitions.values().stream()
                .mapToInt(partition -> partition.committed().acknowledged())
                .sum();
    }

    void onImage(MetadataImage before, MetadataImage after) {
        for (TopicPartition id : cluster.partitions()) {
            after.partition(id).ifPresent(record -> of(id).onRecord(before.partition(id), record, after));
        }
    }

    /** Nothing was seen yet of a replica. */
    PartitionChecks.Seen begin(SimBroker broker, Partition partition) {
        return new PartitionChecks.Seen(of(partition.id()), partition.name() + " on broker " + broker.id());
    }

    void afterEvent(SimBroker broker) {
        for (Partition partition : broker.open()) {
            broker.seen(partition).checks().observe(broker, partition);
        }
    }

    /** Power may go in the midst of an event, when others have heard already what came of it. */
    void beforeEnd(SimBroker broker) {
        for (Partition partition : broker.open()) {
            of(partition.id()).observeCommits(broker, partition);
        }
    }

    void onAnswer(SimBroker broker, Partition partition, ByteBuffer sent, Acks acks, ProduceOutcome outcome) {
        if (outcome instanceof ProduceOutcome.Written written) {
            of(partition.id())
                    .onAcknowledged(
                            broker, partition, RecordBatch.at(sent, sent.position()), acks, written.baseOffset());
        } else if (outcome instanceof ProduceOutcome.Refused refused) {
            cluster.events().note(refused.reason());
        }
    }

    void atEnd() {
        cluster.partitions().forEach(id -> of(id).atEnd());
    }
}
