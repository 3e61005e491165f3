package io.kontiki.service;

import io.kontiki.metadata.BrokerRegistration;
import io.kontiki.metadata.PartitionRegistration;
import io.kontiki.metadata.TopicImage;
import io.kontiki.metadata.UuidBytes;
import io.kontiki.proto.internal.v1.CreateTopic;
import io.kontiki.proto.v1.Broker;
import io.kontiki.proto.v1.ErrorReason;
import io.kontiki.proto.v1.Partition;
import io.kontiki.proto.v1.Topic;
import java.util.Optional;

/** Brokers and topics of the image as clients see them. */
final class MetadataMessages {
    private MetadataMessages() {}

    static Broker broker(BrokerRegistration broker) {
        return Broker.newBuilder()
                .setId(broker.id())
                .setHost(broker.endpoint().host())
                .setPort(broker.endpoint().port())
                .setRack(broker.rack().orElse(""))
                .setEpoch(broker.epoch())
                .setFenced(broker.fenced())
                .setShuttingDown(broker.shuttingDown())
                .build();
    }

    static Topic topic(TopicImage topic) {
        var message = Topic.newBuilder()
                .setId(UuidBytes.toBytes(topic.id()))
                .setName(topic.name())
                .putAllConfigs(topic.configs());
        int number = 0;
        for (var partition : topic.partitions()) {
            message.addPartitions(partition(number, partition));
            number++;
        }
        return message.build();
    }

    /** A topic as it would be, had the creation not been a check only: it has replicas, but no leader. */
    static Topic planned(CreateTopic plan) {
        var message = Topic.newBuilder()
                .setId(plan.getTopicId())
                .setName(plan.getName())
                .putAllConfigs(plan.getConfigsMap());
        for (int number = 0; number < plan.getPartitionsCount(); number++) {
            message.addPartitionsBuilder()
                    .setPartition(number)
                    .addAllReplicas(plan.getPartitions(number).getBrokerIdsList());
        }
        return message.build();
    }

    /** Whether clients are told the same of a topic by both of these images. */
    static boolean showSame(TopicImage before, TopicImage after) {
        return before.configs().equals(after.configs())
                && before.partitions().size() == after.partitions().size()
                && after.changedSince(Optional.of(before)).stream()
                        .allMatch(number -> showSame(
                                before.partitions().get(number),
                                after.partitions().get(number)));
    }

    /** As {@link #partition} tells it: of directories, for one, clients are told nothing. */
    static boolean showSame(PartitionRegistration before, PartitionRegistration after) {
        return before.leaderEpoch() == after.leaderEpoch()
                && before.partitionEpoch() == after.partitionEpoch()
                && before.leader() == after.leader()
                && before.minIsr() == after.minIsr()
                && before.replicas().equals(after.replicas())
                && before.isr().equals(after.isr())
                && before.elr().equals(after.elr());
    }

    static Partition partition(int number, PartitionRegistration partition) {
        var message = Partition.newBuilder()
                .setPartition(number)
                .setLeaderEpoch(partition.leaderEpoch())
                .setPartitionEpoch(partition.partitionEpoch())
                .addAllReplicas(partition.replicas())
                .addAllIsr(partition.isr())
                .addAllElr(partition.elr())
                .setMinIsr(partition.minIsr());
        partition
                .leaderIfAny()
                .ifPresentOrElse(
                        message::setLeader,
                        () -> message.setError(ServiceErrors.partitionError(Refusal.of(
                                ErrorReason.ERROR_REASON_LEADER_UNKNOWN,
                                "partition " + number + " has no leader: no in-sync replica is up"))));
        return message.build();
    }
}
