package io.kontiki.metadata.command;

import static org.assertj.core.api.Assertions.assertThat;

import io.kontiki.metadata.BrokerRegistration;
import io.kontiki.metadata.LogPosition;
import io.kontiki.metadata.MetadataImage;
import io.kontiki.metadata.PartitionRegistration;
import io.kontiki.metadata.UuidBytes;
import io.kontiki.proto.internal.v1.AlterPartition;
import io.kontiki.proto.internal.v1.AlterPartitionReply;
import io.kontiki.proto.internal.v1.AlterPartitions;
import io.kontiki.proto.internal.v1.Command;
import io.kontiki.proto.internal.v1.CommandReply;
import io.kontiki.proto.internal.v1.CreateTopic;
import io.kontiki.proto.internal.v1.FenceBroker;
import io.kontiki.proto.internal.v1.InitializeCluster;
import io.kontiki.proto.internal.v1.IsrMember;
import io.kontiki.proto.internal.v1.PartitionRef;
import io.kontiki.proto.internal.v1.PartitionVersion;
import io.kontiki.proto.internal.v1.RegisterBroker;
import io.kontiki.proto.internal.v1.Replicas;
import io.kontiki.proto.internal.v1.RestartClaim;
import io.kontiki.proto.internal.v1.ShutDownBroker;
import io.kontiki.proto.internal.v1.UnfenceBroker;
import io.kontiki.proto.v1.ErrorReason;
import java.util.List;
import java.util.Map;
import java.util.UUID;

/** A metadata log of one member, as tests need it: applies each command to the latest image. */
public final class TestQuorum {
    public static final String CLUSTER = "test-cluster";
    public static final long TERM = 3;

    private MetadataImage image = MetadataImage.EMPTY;
    private Applied last;

    /** A cluster with usable brokers of these ids, each in its first run (number 1). */
    public static TestQuorum withBrokers(int... ids) {
        var quorum = new TestQuorum();
        quorum.accept(Command.newBuilder()
                .setInitializeCluster(
                        InitializeCluster.newBuilder().setClusterId(CLUSTER).setFeatureLevel(1)));
        for (int id : ids) {
            quorum.accept(Command.newBuilder().setRegisterBroker(firstRun(id)));
            quorum.unfence(id);
        }
        return quorum;
    }

    public MetadataImage image() {
        return image;
    }

    public Applied last() {
        return last;
    }

    /** Skips an entry of the log. */
    public void skip() {
        image = image.withPosition(new LogPosition(TERM, image.position().index() + 1));
    }

    public CommandReply apply(Command.Builder command) {
        return apply(command.build());
    }

    public CommandReply apply(Command command) {
        last = MetadataState.apply(image, command, TERM, image.position().index() + 1);
        image = last.image();
        return last.reply();
    }

    public CommandReply accept(Command.Builder command) {
        var reply = apply(command);
        assertThat(reply.getReason()).as(reply.getMessage()).isEqualTo(ErrorReason.ERROR_REASON_UNSPECIFIED);
        return reply;
    }

    /** A run of a broker is told by its number. */
    public static UUID incarnation(int broker, int run) {
        return new UUID(broker, run);
    }

    public static UUID directory(int broker) {
        return new UUID(broker, 1_000_000);
    }

    public static RegisterBroker.Builder firstRun(int id) {
        return RegisterBroker.newBuilder()
                .setClusterId(CLUSTER)
                .setBrokerId(id)
                .setIncarnation(UuidBytes.toBytes(incarnation(id, 1)))
                .addDirectoryIds(UuidBytes.toBytes(directory(id)))
                .setHost("host" + id)
                .setPort(9392)
                .setClaim(RestartClaim.RESTART_CLAIM_UNCLEAN);
    }

    /** The next run on the same disk, which claims {@code claim} of the run before. */
    public static RegisterBroker.Builder run(int id, int run, RestartClaim claim) {
        return firstRun(id)
                .setIncarnation(UuidBytes.toBytes(incarnation(id, run)))
                .setBaseIncarnation(UuidBytes.toBytes(incarnation(id, run - 1)))
                .setClaim(claim);
    }

    /** In the place of the registration that is there now. */
    public CommandReply register(RegisterBroker.Builder registration) {
        var present = image.broker(registration.getBrokerId());
        return apply(Command.newBuilder()
                .setRegisterBroker(registration.setExpectedEpoch(
                        present.map(BrokerRegistration::epoch).orElse(0L))));
    }

    public long epoch(int id) {
        return image.broker(id).orElseThrow().epoch();
    }

    public CommandReply unfence(int id) {
        return accept(unfencing(id));
    }

    /** What a controller would send now. */
    public Command.Builder unfencing(int id) {
        return Command.newBuilder()
                .setUnfenceBroker(UnfenceBroker.newBuilder()
                        .setBrokerId(id)
                        .setBrokerEpoch(epoch(id))
                        .setAssumedIndex(image.position().index()));
    }

    public CommandReply fence(int id) {
        return accept(fencing(id));
    }

    /** What a controller would send now. */
    public Command.Builder fencing(int id) {
        return Command.newBuilder()
                .setFenceBroker(FenceBroker.newBuilder()
                        .setBrokerId(id)
                        .setBrokerEpoch(epoch(id))
                        .setAssumedIndex(image.position().index()));
    }

    public CommandReply shutDown(int id) {
        return accept(Command.newBuilder()
                .setShutDownBroker(ShutDownBroker.newBuilder().setBrokerId(id).setBrokerEpoch(epoch(id))));
    }

    /** The first partition of a topic at its present version. */
    public PartitionVersion version(UUID topic) {
        return PartitionVersion.newBuilder()
                .setPartition(PartitionRef.newBuilder().setTopicId(UuidBytes.toBytes(topic)))
                .setPartitionEpoch(partition(topic).partitionEpoch())
                .build();
    }

    /** The leader of the first partition asks for these in-sync replicas, as a caught-up one would. */
    public AlterPartitionReply alterIsr(UUID topic, int... isr) {
        var record = partition(topic);
        var change = AlterPartition.newBuilder()
                .setTopicId(UuidBytes.toBytes(topic))
                .setLeaderEpoch(record.leaderEpoch())
                .setPartitionEpoch(record.partitionEpoch());
        for (int id : isr) {
            change.addIsr(IsrMember.newBuilder().setBrokerId(id).setBrokerEpoch(epoch(id)));
        }
        return accept(Command.newBuilder()
                        .setAlterPartitions(AlterPartitions.newBuilder()
                                .setBrokerId(record.leader())
                                .setBrokerEpoch(epoch(record.leader()))
                                .addPartitions(change)))
                .getAlterPartitions()
                .getPartitions(0);
    }

    /** What a command on one partition came to. */
    public ErrorReason applyOne(Command.Builder command) {
        return accept(command).getPartitions().getPartitions(0).getReason();
    }

    /** A topic of one partition, named and numbered. */
    public UUID topic(int number, List<Integer> replicas, Map<String, String> configs) {
        var id = new UUID(0, number);
        accept(Command.newBuilder().setCreateTopic(createTopic(id, "topic" + number, configs, replicas)));
        return id;
    }

    @SafeVarargs
    public static CreateTopic createTopic(
            UUID id, String name, Map<String, String> configs, List<Integer>... partitions) {
        var topic = CreateTopic.newBuilder()
                .setTopicId(UuidBytes.toBytes(id))
                .setName(name)
                .putAllConfigs(configs);
        for (var replicas : partitions) {
            topic.addPartitions(Replicas.newBuilder().addAllBrokerIds(replicas));
        }
        return topic.build();
    }

    /** The first partition of a topic. */
    public PartitionRegistration partition(UUID topic) {
        return partition(topic, 0);
    }

    public PartitionRegistration partition(UUID topic, int number) {
        return image.topic(topic).orElseThrow().partition(number).orElseThrow();
    }
}
