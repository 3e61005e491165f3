package io.kontiki.metadata.command;

import static org.assertj.core.api.Assertions.assertThat;

import io.kontiki.metadata.LogPosition;
import io.kontiki.metadata.MetadataImage;
import io.kontiki.proto.internal.v1.AllocateProducerIds;
import io.kontiki.proto.internal.v1.Command;
import io.kontiki.proto.internal.v1.InitializeCluster;
import io.kontiki.proto.v1.ErrorReason;
import org.junit.jupiter.api.Test;

class ClusterCommandsTest {
    private static Command initialize(String id, int level) {
        return Command.newBuilder()
                .setInitializeCluster(
                        InitializeCluster.newBuilder().setClusterId(id).setFeatureLevel(level))
                .build();
    }

    private static Command.Builder allocate(TestQuorum quorum, int count) {
        return Command.newBuilder()
                .setAllocateProducerIds(AllocateProducerIds.newBuilder()
                        .setBrokerId(1)
                        .setBrokerEpoch(quorum.epoch(1))
                        .setCount(count));
    }

    @Test
    void clusterIsInitializedOnceAndKeepsItsId() { // Q6
        var first = MetadataState.apply(MetadataImage.EMPTY, initialize("c", 1), 1, 1);
        assertThat(first.image().clusterId()).isEqualTo("c");
        assertThat(first.image().featureLevel()).isEqualTo(1);
        var again = MetadataState.apply(first.image(), initialize("c", 1), 1, 2);
        assertThat(Replies.isRefusal(again.reply())).isFalse();
        var other = MetadataState.apply(first.image(), initialize("d", 1), 1, 2);
        assertThat(other.reply().getReason()).isEqualTo(ErrorReason.ERROR_REASON_WRONG_CLUSTER);
        assertThat(other.image()).isEqualTo(first.image().withPosition(new LogPosition(1, 2)));
    }

    @Test
    void featureLevelThatThisVersionDoesNotKnowIsRefused() {
        var applied = MetadataState.apply(MetadataImage.EMPTY, initialize("c", 2), 1, 1);
        assertThat(applied.reply().getReason()).isEqualTo(ErrorReason.ERROR_REASON_INVALID_ARGUMENT);
        assertThat(applied.image().clusterId()).isEmpty();
    }

    @Test
    void producerIdsAreHandedOutInDisjointBlocks() { // D1
        var quorum = TestQuorum.withBrokers(1);
        var first = quorum.accept(allocate(quorum, 1000)).getAllocateProducerIds();
        var second = quorum.accept(allocate(quorum, 5)).getAllocateProducerIds();
        assertThat(first.getFirstId()).isZero();
        assertThat(second.getFirstId()).isEqualTo(1000);
        assertThat(quorum.image().nextProducerId()).isEqualTo(1005);
        assertThat(quorum.apply(allocate(quorum, 0)).getMessage()).contains("count is 0, not 1 to 10000");
        assertThat(quorum.apply(allocate(quorum, 10_001)).getMessage()).contains("10001");
    }

    @Test
    void commandOfADeposedControllerIsVoid() { // Q1
        var quorum = TestQuorum.withBrokers(1);
        var fence = quorum.fencing(1);
        var reply = quorum.apply(fence.setControllerTerm(TestQuorum.TERM - 1));
        assertThat(reply.getReason()).isEqualTo(ErrorReason.ERROR_REASON_NOT_LEADER);
        assertThat(quorum.image().usable(1)).isTrue();
        quorum.accept(fence.setControllerTerm(TestQuorum.TERM));
        assertThat(quorum.image().usable(1)).isFalse();
    }

    @Test
    void emptyOrUnknownCommandIsRefusedAndMovesOnlyThePosition() {
        var quorum = TestQuorum.withBrokers(1);
        var before = quorum.image();
        var reply = quorum.apply(Command.newBuilder());
        assertThat(reply.getReason()).isEqualTo(ErrorReason.ERROR_REASON_INVALID_ARGUMENT);
        assertThat(quorum.image())
                .isEqualTo(before.withPosition(
                        new LogPosition(TestQuorum.TERM, before.position().index() + 1)));
    }
}
