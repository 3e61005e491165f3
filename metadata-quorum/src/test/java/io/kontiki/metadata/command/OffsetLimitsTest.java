package io.kontiki.metadata.command;

import static io.kontiki.metadata.command.GroupRules.CLUSTER_METADATA_BYTES_MAX;
import static io.kontiki.metadata.command.GroupRules.GROUP_METADATA_BYTES_MAX;
import static io.kontiki.metadata.command.GroupRules.METADATA_BYTES_MAX;
import static io.kontiki.metadata.command.GroupRules.OFFSETS_MAX;
import static org.assertj.core.api.Assertions.assertThat;

import io.kontiki.metadata.OffsetsSize;
import io.kontiki.metadata.TopicPartition;
import io.kontiki.metadata.UuidBytes;
import io.kontiki.proto.internal.v1.Command;
import io.kontiki.proto.internal.v1.CommandReply;
import io.kontiki.proto.internal.v1.DeleteTopic;
import io.kontiki.proto.internal.v1.GroupCommit;
import io.kontiki.proto.internal.v1.GroupCommitReply;
import io.kontiki.proto.internal.v1.GroupOffsetRecord;
import io.kontiki.proto.internal.v1.GroupOffsetsRecord;
import io.kontiki.proto.internal.v1.Replicas;
import io.kontiki.proto.v1.ErrorReason;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import org.junit.jupiter.api.Test;

class OffsetLimitsTest {
    private static final UUID TOPIC = new UUID(0, 7);
    private static final int FULL = (int) (GROUP_METADATA_BYTES_MAX / METADATA_BYTES_MAX);
    private static final int GROUPS = (int) (CLUSTER_METADATA_BYTES_MAX / GROUP_METADATA_BYTES_MAX);

    private final TestQuorum quorum = TestQuorum.withBrokers(1, 2);

    private void createTopic() {
        var topic = TestQuorum.createTopic(TOPIC, "t", Map.of()).toBuilder();
        for (int i = 0; i <= FULL; i++) {
            topic.addPartitions(Replicas.newBuilder().addBrokerIds(1));
        }
        quorum.accept(Command.newBuilder().setCreateTopic(topic));
    }

    /** Offsets of all partitions from the first to the last, both inclusive, with so much metadata each. */
    private GroupCommitReply commit(String groupId, int first, int last, int bytes) {
        var offsets = GroupOffsetsRecord.newBuilder().setTopicId(UuidBytes.toBytes(TOPIC));
        for (int i = first; i <= last; i++) {
            offsets.addOffsets(GroupOffsetRecord.newBuilder().setPartition(i).setMetadata("m".repeat(bytes)));
        }
        var group = new TestGroup(quorum, groupId);
        return group.apply(GroupCommit.newBuilder()
                .setGroupId(groupId)
                .setSlotEpoch(group.slotEpoch())
                .addOffsets(offsets));
    }

    private static void stored(GroupCommitReply reply) {
        assertThat(reply).isEqualTo(GroupCommitReply.getDefaultInstance());
    }

    @Test
    void groupHasSoMuchMetadataAndNoMore() {
        createTopic();
        stored(commit("g", 0, FULL - 1, METADATA_BYTES_MAX));
        var refused = commit("g", FULL, FULL, 1);
        assertThat(refused.getReason()).isEqualTo(ErrorReason.ERROR_REASON_INVALID_ARGUMENT);
        assertThat(refused.getMessage())
                .contains("\"g\"", GROUP_METADATA_BYTES_MAX + 1 + " bytes", "at most " + GROUP_METADATA_BYTES_MAX);
        assertThat(quorum.image().group("g").orElseThrow().offset(new TopicPartition(TOPIC, FULL)))
                .isEmpty();
        // What takes the place of longer makes room, and an offset alone needs none.
        stored(commit("g", 0, 0, METADATA_BYTES_MAX - 1));
        stored(commit("g", FULL, FULL, 1));
        stored(commit("g", FULL, FULL, 0));
    }

    @Test
    void clusterHasSoMuchMetadataAndNoMore() {
        createTopic();
        for (int i = 0; i < GROUPS; i++) {
            stored(commit("g" + i, 0, FULL - 1, METADATA_BYTES_MAX));
        }
        var refused = commit("more", 0, 0, 1);
        assertThat(refused.getReason()).isEqualTo(ErrorReason.ERROR_REASON_OVERLOADED);
        assertThat(refused.getMessage())
                .contains("of the cluster", CLUSTER_METADATA_BYTES_MAX + 1 + " bytes", "" + CLUSTER_METADATA_BYTES_MAX);
        assertThat(quorum.image().group("more")).as("a group with nothing").isEmpty();
        // The topic takes all with it.
        quorum.accept(
                Command.newBuilder().setDeleteTopic(DeleteTopic.newBuilder().setTopicId(UuidBytes.toBytes(TOPIC))));
        assertThat(quorum.image().groups().offsetsSize()).isEqualTo(OffsetsSize.NONE);
    }

    @Test
    void countOfOffsetsIsLimitedInTheCluster() {
        assertThat(check(9, 10, OFFSETS_MAX - 1)).isEmpty();
        assertThat(check(9, 10, OFFSETS_MAX).orElseThrow().getMessage())
                .contains(OFFSETS_MAX + 1 + " committed offsets", "at most " + OFFSETS_MAX);
        assertThat(check(10, 10, OFFSETS_MAX + 5)).as("no more than before").isEmpty();
    }

    private static Optional<CommandReply> check(int before, int after, long all) {
        return GroupRules.checkOffsets(
                "g", new OffsetsSize(before, 0), new OffsetsSize(after, 0), new OffsetsSize(all, 0));
    }
}
