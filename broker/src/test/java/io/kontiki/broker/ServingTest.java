package io.kontiki.broker;

import static org.assertj.core.api.Assertions.assertThat;

import io.kontiki.metadata.MetadataDelta;
import io.kontiki.metadata.MetadataImage;
import io.kontiki.metadata.UuidBytes;
import io.kontiki.metadata.command.MetadataState;
import io.kontiki.proto.internal.v1.AlterPartition;
import io.kontiki.proto.internal.v1.AlterPartitions;
import io.kontiki.proto.internal.v1.Command;
import io.kontiki.proto.internal.v1.CreateTopic;
import io.kontiki.proto.internal.v1.FenceBroker;
import io.kontiki.proto.internal.v1.InitializeCluster;
import io.kontiki.proto.internal.v1.IsrMember;
import io.kontiki.proto.internal.v1.RegisterBroker;
import io.kontiki.proto.internal.v1.Replicas;
import io.kontiki.proto.internal.v1.RestartClaim;
import io.kontiki.proto.internal.v1.UnfenceBroker;
import io.kontiki.proto.v1.ErrorReason;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;

/** Readiness of broker 2, which comes back to a partition that it has with broker 1. */
class ServingTest {
    private static final UUID TOPIC = new UUID(5, 5);

    private final List<Boolean> told = new ArrayList<>();
    private final CompletableFuture<Void> first = new CompletableFuture<>();
    private MetadataImage image = MetadataImage.EMPTY;
    private Serving serving;

    ServingTest() {
        apply(Command.newBuilder()
                .setInitializeCluster(
                        InitializeCluster.newBuilder().setClusterId("c").setFeatureLevel(1)));
        register(1, 1);
        unfence(1);
        register(2, 1);
        unfence(2);
        apply(Command.newBuilder()
                .setCreateTopic(CreateTopic.newBuilder()
                        .setTopicId(UuidBytes.toBytes(TOPIC))
                        .setName("t")
                        .setAssumedIndex(image.position().index())
                        .addPartitions(Replicas.newBuilder().addBrokerIds(1).addBrokerIds(2))));
        register(2, 2);
        serving = new Serving(
                2, epoch(2), System.nanoTime(), (unfenced, caughtUp) -> told.add(unfenced && caughtUp), first);
    }

    private void apply(Command.Builder command) {
        var applied =
                MetadataState.apply(image, command.build(), 1, image.position().index() + 1);
        assertThat(applied.reply().getReason()).isEqualTo(ErrorReason.ERROR_REASON_UNSPECIFIED);
        var before = image;
        image = applied.image();
        if (serving != null) {
            serving.onMetadata(MetadataDelta.between(before, image), image);
        }
    }

    private long epoch(int broker) {
        return image.broker(broker).orElseThrow().epoch();
    }

    private void register(int broker, int run) {
        apply(Command.newBuilder()
                .setRegisterBroker(RegisterBroker.newBuilder()
                        .setClusterId("c")
                        .setBrokerId(broker)
                        .setIncarnation(UuidBytes.toBytes(new UUID(broker, run)))
                        .addDirectoryIds(UuidBytes.toBytes(new UUID(0, broker)))
                        .setHost("host")
                        .setPort(1)
                        .setClaim(RestartClaim.RESTART_CLAIM_UNCLEAN)
                        .setExpectedEpoch(image.broker(broker).isPresent() ? epoch(broker) : 0)));
    }

    private void unfence(int broker) {
        apply(Command.newBuilder()
                .setUnfenceBroker(UnfenceBroker.newBuilder()
                        .setBrokerId(broker)
                        .setBrokerEpoch(epoch(broker))
                        .setAssumedIndex(image.position().index())));
    }

    private void fence(int broker) {
        apply(Command.newBuilder()
                .setFenceBroker(FenceBroker.newBuilder()
                        .setBrokerId(broker)
                        .setBrokerEpoch(epoch(broker))
                        .setAssumedIndex(image.position().index())));
    }

    private void join() {
        var record = image.topic(TOPIC).orElseThrow().partitions().get(0);
        var change = AlterPartition.newBuilder()
                .setTopicId(UuidBytes.toBytes(TOPIC))
                .setPartition(0)
                .setLeaderEpoch(record.leaderEpoch())
                .setPartitionEpoch(record.partitionEpoch());
        for (int broker : List.of(1, 2)) {
            change.addIsr(IsrMember.newBuilder().setBrokerId(broker).setBrokerEpoch(epoch(broker)));
        }
        apply(Command.newBuilder()
                .setAlterPartitions(AlterPartitions.newBuilder()
                        .setBrokerId(1)
                        .setBrokerEpoch(epoch(1))
                        .addPartitions(change)));
    }

    @Test
    void isReadyOnceAllItsReplicasAreInSync() {
        unfence(2);
        assertThat(first).isDone();
        assertThat(told).containsExactly(false);
        join();
        assertThat(told).endsWith(true);
    }

    @Test
    void staysReadyWhenAReplicaFallsBehindLater() {
        unfence(2);
        join();
        fence(2);
        unfence(2);
        assertThat(told).containsExactly(false, true, false, true);
    }

    @Test
    void partitionWithoutALeaderHoldsNothingUp() {
        fence(1);
        assertThat(image.topic(TOPIC).orElseThrow().partitions().get(0).hasLeader())
                .isFalse();
        unfence(2);
        assertThat(told).containsExactly(true);
    }

    @Test
    void isReadyAfterAWhileWhateverHappens() {
        unfence(2);
        serving.stopWaiting();
        assertThat(told).endsWith(true);
    }
}
