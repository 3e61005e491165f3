package io.kontiki.metadata.command;

import com.google.protobuf.ByteString;
import io.kontiki.metadata.MetadataImage;
import io.kontiki.metadata.PartitionRegistration;
import io.kontiki.metadata.TopicImage;
import io.kontiki.metadata.TopicPartition;
import io.kontiki.metadata.UuidBytes;
import io.kontiki.proto.internal.v1.AddPartitions;
import io.kontiki.proto.internal.v1.AllocateProducerIds;
import io.kontiki.proto.internal.v1.AlterConfigs;
import io.kontiki.proto.internal.v1.AlterPartition;
import io.kontiki.proto.internal.v1.AlterPartitions;
import io.kontiki.proto.internal.v1.AlterTopic;
import io.kontiki.proto.internal.v1.AssignDirectories;
import io.kontiki.proto.internal.v1.AssignDirectory;
import io.kontiki.proto.internal.v1.CancelReassign;
import io.kontiki.proto.internal.v1.Command;
import io.kontiki.proto.internal.v1.DeleteTopic;
import io.kontiki.proto.internal.v1.ElectPreferred;
import io.kontiki.proto.internal.v1.ElectUnclean;
import io.kontiki.proto.internal.v1.FailDirectories;
import io.kontiki.proto.internal.v1.FailReplicas;
import io.kontiki.proto.internal.v1.FailReplicas.FailedReplica;
import io.kontiki.proto.internal.v1.FenceBroker;
import io.kontiki.proto.internal.v1.InitializeCluster;
import io.kontiki.proto.internal.v1.IsrMember;
import io.kontiki.proto.internal.v1.PartitionRef;
import io.kontiki.proto.internal.v1.PartitionVersion;
import io.kontiki.proto.internal.v1.Reassign;
import io.kontiki.proto.internal.v1.ReassignPartition;
import io.kontiki.proto.internal.v1.RegisterBroker;
import io.kontiki.proto.internal.v1.Replicas;
import io.kontiki.proto.internal.v1.RestartClaim;
import io.kontiki.proto.internal.v1.ShutDownBroker;
import io.kontiki.proto.internal.v1.UncleanElection;
import io.kontiki.proto.internal.v1.UnfenceBroker;
import io.kontiki.proto.internal.v1.UnregisterBroker;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.UUID;

/** Draws commands: mostly sensible for the image, some stale, repeated or malformed. */
final class RandomCommands {
    private static final int BROKERS = 5;
    private static final List<Map<String, String>> CONFIGS = List.of(
            Map.of(),
            Map.of("min.insync.replicas", "1"),
            Map.of("min.insync.replicas", "3"),
            Map.of("flush.mode", "os"),
            Map.of("flush.mode", "ack", "segment.bytes", "4096"),
            Map.of("colour", "blue"));

    private final Random random;
    private final RandomGroupCommands groups;
    private final List<Command> past = new ArrayList<>();
    private int drawn;

    RandomCommands(long seed) {
        random = new Random(seed);
        groups = new RandomGroupCommands(random);
    }

    Command next(MetadataImage image) {
        Command command;
        if (!past.isEmpty() && random.nextInt(10) == 0) {
            command = past.get(past.size() - 1 - random.nextInt(Math.min(past.size(), 30)));
        } else {
            command = draw(image);
            past.add(command);
        }
        return command;
    }

    private Command draw(MetadataImage image) {
        drawn++;
        var command = Command.newBuilder().setTimestampMs(drawn);
        if (image.clusterId().isEmpty()) {
            return command.setInitializeCluster(InitializeCluster.newBuilder()
                            .setClusterId(TestQuorum.CLUSTER)
                            .setFeatureLevel(1))
                    .build();
        }
        if (random.nextInt(5) < 2) {
            groups.draw(command, image);
            return command.build();
        }
        int broker = random.nextInt(BROKERS);
        long epoch = image.broker(broker).map(b -> b.epoch()).orElse(0L) - (random.nextInt(20) == 0 ? 1 : 0);
        switch (random.nextInt(43)) {
            case 0, 1, 2 -> command.setRegisterBroker(register(image, broker));
            case 3, 4, 5, 6, 7 ->
                command.setUnfenceBroker(UnfenceBroker.newBuilder()
                        .setBrokerId(broker)
                        .setBrokerEpoch(epoch)
                        .setAssumedIndex(image.position().index()));
            case 8, 9 ->
                command.setFenceBroker(FenceBroker.newBuilder()
                        .setBrokerId(broker)
                        .setBrokerEpoch(epoch)
                        .setAssumedIndex(image.position().index()));
            case 10 ->
                command.setShutDownBroker(
                        ShutDownBroker.newBuilder().setBrokerId(broker).setBrokerEpoch(epoch));
            case 11 ->
                command.setAllocateProducerIds(AllocateProducerIds.newBuilder()
                        .setBrokerId(broker)
                        .setBrokerEpoch(epoch)
                        .setCount(random.nextInt(100)));
            case 12, 38, 39, 40 ->
                command.setCreateTopic(TestQuorum.createTopic(
                                new UUID(random.nextLong(), random.nextLong()),
                                "topic" + random.nextInt(12),
                                config(),
                                replicas(),
                                replicas())
                        .toBuilder()
                        .setAssumedIndex(image.position().index()));
            case 13 -> changeTopic(command, image);
            case 14 -> command.clearCommand();
            case 15, 16 -> command.setAssignDirectories(assign(image, broker, epoch));
            case 17 ->
                command.setFailDirectories(FailDirectories.newBuilder()
                        .setBrokerId(broker)
                        .setBrokerEpoch(epoch)
                        .addDirectoryIds(directory(broker)));
            case 18 ->
                command.setFailReplicas(FailReplicas.newBuilder()
                        .setBrokerId(broker)
                        .setBrokerEpoch(epoch)
                        .addReplicas(FailedReplica.newBuilder()
                                .setVersion(anyVersion(image))
                                .setWithoutRoom(random.nextBoolean())));
            case 19, 20, 21 ->
                command.setReassign(Reassign.newBuilder()
                        .addPartitions(ReassignPartition.newBuilder()
                                .setPartition(anyVersion(image))
                                .addAllTarget(target())
                                .setBytesPerSecondMax(random.nextInt(3))));
            case 22 -> command.setCancelReassign(CancelReassign.newBuilder().addPartitions(anyVersion(image)));
            case 23, 34, 35, 36, 37 ->
                command.setElectPreferred(ElectPreferred.newBuilder().addPartitions(anyVersion(image)));
            case 24, 25 ->
                command.setElectUnclean(ElectUnclean.newBuilder()
                        .addPartitions(UncleanElection.newBuilder()
                                .setPartition(anyVersion(image))
                                .setBrokerId(broker)
                                .setBrokerEpoch(epoch)));
            case 26 ->
                command.setUnregisterBroker(
                        UnregisterBroker.newBuilder().setBrokerId(broker).setBrokerEpoch(epoch));
            case 41, 42 -> command.setAlterConfigs(configs(image, broker));
            default -> command.setAlterPartitions(alter(image, broker, epoch));
        }
        return command.build();
    }

    /** Of the cluster or of a broker, which may not be registered. */
    private AlterConfigs.Builder configs(MetadataImage image, int broker) {
        var command =
                AlterConfigs.newBuilder().setAssumedIndex(image.position().index() - (random.nextInt(5) == 0 ? 9 : 0));
        if (random.nextBoolean()) {
            command.setBrokerId(broker);
        }
        var key = random.nextBoolean() ? "group.max.size" : "of.a.later.version";
        return random.nextInt(3) == 0
                ? command.addRemoveConfigs(key)
                : command.putSetConfigs(key, Integer.toString(random.nextInt(3)));
    }

    private ByteString directory(int broker) {
        return UuidBytes.toBytes(
                random.nextBoolean() ? TestQuorum.directory(broker) : new UUID(broker, 1 + random.nextInt(3)));
    }

    private PartitionRef anyPartition(MetadataImage image) {
        var topics = topics(image);
        var id = topics.isEmpty()
                ? new UUID(1, 1)
                : topics.get(random.nextInt(topics.size())).id();
        return PartitionRef.newBuilder()
                .setTopicId(UuidBytes.toBytes(id))
                .setPartition(random.nextInt(3))
                .build();
    }

    private PartitionVersion anyVersion(MetadataImage image) {
        var ref = anyPartition(image);
        var record = image.partition(new TopicPartition(UuidBytes.fromBytes(ref.getTopicId()), ref.getPartition()));
        return PartitionVersion.newBuilder()
                .setPartition(ref)
                .setPartitionEpoch(
                        record.map(PartitionRegistration::partitionEpoch).orElse(0) - (random.nextInt(20) == 0 ? 1 : 0))
                .build();
    }

    private List<Integer> target() {
        var ids = new ArrayList<>(List.of(0, 1, 2, 3, 4));
        Collections.shuffle(ids, random);
        return ids.subList(0, 1 + random.nextInt(3));
    }

    private AssignDirectories assign(MetadataImage image, int broker, long epoch) {
        var command = AssignDirectories.newBuilder().setBrokerId(broker).setBrokerEpoch(epoch);
        for (int i = random.nextInt(4); i >= 0; i--) {
            var ref = anyPartition(image);
            var replica = AssignDirectory.newBuilder()
                    .setTopicId(ref.getTopicId())
                    .setPartition(ref.getPartition())
                    .setDirectoryId(directory(broker));
            if (random.nextInt(3) == 0) {
                replica.setExpectedDirectoryId(directory(broker));
            }
            command.addReplicas(replica);
        }
        return command.build();
    }

    private RegisterBroker.Builder register(MetadataImage image, int broker) {
        var registration = TestQuorum.firstRun(broker)
                .setIncarnation(UuidBytes.toBytes(new UUID(broker, 1000 + drawn)))
                .setClaim(RestartClaim.forNumber(random.nextInt(5)));
        if (random.nextInt(10) > 0) {
            image.broker(broker).ifPresent(known -> registration.setExpectedEpoch(known.epoch()));
        }
        if (random.nextInt(10) > 0) {
            image.broker(broker)
                    .ifPresent(known -> registration.setBaseIncarnation(UuidBytes.toBytes(known.incarnation())));
        }
        if (random.nextInt(10) == 0) {
            registration.clearDirectoryIds();
        }
        if (random.nextInt(3) == 0) {
            registration.addDirectoryIds(UuidBytes.toBytes(new UUID(broker, 1 + random.nextInt(3))));
        }
        if (random.nextInt(5) == 0) {
            registration.addUncoveredDirectoryIds(directory(broker));
        }
        if (random.nextInt(30) == 0) {
            registration.setIncarnation(ByteString.copyFromUtf8("malformed"));
        }
        var topics = topics(image);
        if (!topics.isEmpty() && random.nextBoolean()) {
            var topic = topics.get(random.nextInt(topics.size()));
            registration.addExceptions(PartitionRef.newBuilder().setTopicId(UuidBytes.toBytes(topic.id())));
        }
        return registration;
    }

    private void changeTopic(Command.Builder command, MetadataImage image) {
        var topics = topics(image);
        if (topics.isEmpty()) {
            return;
        }
        var topic = topics.get(random.nextInt(topics.size()));
        var id = UuidBytes.toBytes(topic.id());
        switch (random.nextInt(5)) {
            case 0 -> command.setDeleteTopic(DeleteTopic.newBuilder().setTopicId(id));
            case 1 ->
                command.setAddPartitions(AddPartitions.newBuilder()
                        .setTopicId(id)
                        .setExpectedPartitions(topic.partitions().size())
                        .addPartitions(Replicas.newBuilder().addAllBrokerIds(replicas())));
            case 2 ->
                command.setAlterTopic(AlterTopic.newBuilder()
                        .setAssumedIndex(image.position().index())
                        .setTopicId(id)
                        .addAllRemoveConfigs(topic.configs().keySet()));
            default ->
                command.setAlterTopic(AlterTopic.newBuilder()
                        .setAssumedIndex(image.position().index())
                        .setTopicId(id)
                        .putAllSetConfigs(config()));
        }
    }

    private AlterPartitions alter(MetadataImage image, int broker, long epoch) {
        var alter = AlterPartitions.newBuilder().setBrokerId(broker).setBrokerEpoch(epoch);
        for (var topic : topics(image)) {
            for (int number = 0; number < topic.partitions().size(); number++) {
                var record = topic.partitions().get(number);
                if (record.leader() == broker && random.nextBoolean()) {
                    alter.addPartitions(change(image, topic, number, record));
                }
            }
        }
        return alter.build();
    }

    private AlterPartition change(MetadataImage image, TopicImage topic, int number, PartitionRegistration record) {
        var change = AlterPartition.newBuilder()
                .setTopicId(UuidBytes.toBytes(topic.id()))
                .setPartition(number)
                .setLeaderEpoch(record.leaderEpoch() - (random.nextInt(20) == 0 ? 1 : 0))
                .setPartitionEpoch(record.partitionEpoch() - (random.nextInt(20) == 0 ? 1 : 0));
        for (int id : record.replicas()) {
            if (id == record.leader() || random.nextInt(3) > 0) {
                change.addIsr(IsrMember.newBuilder()
                        .setBrokerId(id)
                        .setBrokerEpoch(image.broker(id).map(b -> b.epoch()).orElse(0L)));
            }
        }
        return change.build();
    }

    private Map<String, String> config() {
        return CONFIGS.get(random.nextInt(CONFIGS.size()));
    }

    private List<Integer> replicas() {
        var ids = new ArrayList<>(List.of(0, 1, 2, 3, 4));
        Collections.shuffle(ids, random);
        return ids.subList(0, 3);
    }

    private static List<TopicImage> topics(MetadataImage image) {
        return List.copyOf(image.topics().all());
    }
}
