package io.kontiki.metadata.command;

import static io.kontiki.metadata.command.TestGroup.joining;
import static io.kontiki.metadata.command.TestGroup.none;
import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import io.kontiki.metadata.CommittedOffset;
import io.kontiki.metadata.TopicPartition;
import io.kontiki.metadata.UuidBytes;
import io.kontiki.proto.internal.v1.Command;
import io.kontiki.proto.internal.v1.CommandReply;
import io.kontiki.proto.internal.v1.CommitGroupOffsets;
import io.kontiki.proto.internal.v1.DeleteGroup;
import io.kontiki.proto.internal.v1.DeleteGroupOffsets;
import io.kontiki.proto.internal.v1.DeleteTopic;
import io.kontiki.proto.internal.v1.GroupCommitReply;
import io.kontiki.proto.internal.v1.GroupOffsetRecord;
import io.kontiki.proto.internal.v1.GroupOffsetsRecord;
import io.kontiki.proto.internal.v1.GroupOffsetsRefs;
import io.kontiki.proto.v1.ErrorReason;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class OffsetCommandsTest {
    private final TestQuorum quorum = TestQuorum.withBrokers(1, 2);
    private final TestGroup group = new TestGroup(quorum, "readers");
    private TopicPartition zero;
    private TopicPartition one;

    @BeforeEach
    void createTopic() {
        var id = new UUID(0, 7);
        quorum.accept(Command.newBuilder()
                .setCreateTopic(TestQuorum.createTopic(id, "t", Map.of(), List.of(1, 2), List.of(2, 1))));
        zero = new TopicPartition(id, 0);
        one = new TopicPartition(id, 1);
    }

    private void shared() {
        group.join(joining("a", "t"), joining("b", "t"));
        group.assign(Map.of("a", List.of(zero), "b", List.of(one)));
    }

    private static void refused(GroupCommitReply reply, ErrorReason reason, String text) {
        assertThat(reply.getReason()).as(reply.getMessage()).isEqualTo(reason);
        assertThat(reply.getMessage()).contains(text);
    }

    private static void stored(GroupCommitReply reply) {
        assertThat(reply).isEqualTo(GroupCommitReply.getDefaultInstance());
    }

    private long offset(TopicPartition partition) {
        return group.image().offset(partition).orElseThrow().offset();
    }

    @Test
    void commitIsStoredWithAllItTellsAndNothingElseChanges() { // G5
        shared();
        long version = group.image().version();

        stored(group.apply(group.commit("a", 2, zero, 50)));

        assertThat(group.image().offset(zero))
                .contains(new CommittedOffset(
                        50, 4, "note", TestGroup.NOW, quorum.image().position().index()));
        assertThat(group.image().version()).isEqualTo(version);
        var delta = quorum.last().delta();
        assertThat(delta.isOfGroupsOnly()).isTrue();
        assertThat(delta.groups().changed()).isEmpty();
        assertThat(delta.groups().changedOffsets()).containsOnlyKeys("readers");
        assertThat(delta.groups().changedOffsets().get("readers")).containsExactly(zero);
    }

    @Test
    void commitMayGoBack() { // G5
        shared();
        stored(group.apply(group.commit("a", 2, zero, 50)));
        stored(group.apply(group.commit("a", 2, zero, 10)));
        assertThat(offset(zero)).isEqualTo(10);
    }

    @Test
    void commitThroughAnEarlierCoordinatorIsVoid() { // C1
        shared();
        var commit = group.commit("a", 2, zero, 50);
        quorum.fence(quorum.image().slots().of("readers").owner());
        refused(group.apply(commit), ErrorReason.ERROR_REASON_NOT_COORDINATOR, "slot_epoch");
        assertThat(group.image().offsets().byTopic()).isEmpty();
    }

    @Test
    void unknownMemberCommitsNothing() { // G3
        refused(group.apply(group.commit("a", 0, zero, 1)), ErrorReason.ERROR_REASON_UNKNOWN_MEMBER, "no such member");
        shared();
        refused(group.apply(group.commit("c", 2, zero, 1)), ErrorReason.ERROR_REASON_UNKNOWN_MEMBER, "no such member");
        group.accept(group.change().setEpoch(3).addRemovedMembers("a"));
        refused(group.apply(group.commit("a", 2, zero, 1)), ErrorReason.ERROR_REASON_UNKNOWN_MEMBER, "no such member");
        assertThat(group.image().offsets().byTopic()).isEmpty();
    }

    @Test
    void memberCommitsInNoEpochThatItHasNotReached() { // G3
        shared();
        refused(group.apply(group.commit("a", 3, zero, 1)), ErrorReason.ERROR_REASON_STALE_MEMBER_EPOCH, "is at 2");
    }

    @Test
    void memberCommitsItsOwnPartitionsOnly() { // G3
        shared();
        var reply = group.apply(group.commit("a", 2, one, 1).addOffsets(TestGroup.offset(zero, 9)));
        assertThat(reply.getReason()).isEqualTo(ErrorReason.ERROR_REASON_UNSPECIFIED);
        assertThat(reply.getStaleList()).hasSize(1);
        assertThat(reply.getStale(0).getPartitionsList()).containsExactly(1);
        assertThat(group.image().offset(one)).isEmpty();
        assertThat(offset(zero)).isEqualTo(9);
    }

    @Test
    void zombieCommitOfAnEarlierOwnershipIsStale() { // G3, S48
        shared();
        group.assign(Map.of("a", List.of(), "b", List.of(zero, one)));
        // It may commit what it has read until it lets go.
        stored(group.apply(group.commit("a", 2, zero, 20)));
        group.accept(group.change(), group.member("a").with(3, none(), none()));
        assertThat(group.apply(group.commit("a", 2, zero, 30)).getStaleCount()).isEqualTo(1);
        // It comes back to the member in epoch 4: what it sent in epoch 2 was read before another one owned it.
        group.assign(Map.of("a", List.of(zero), "b", List.of(one)));
        assertThat(group.member("a").owned()).containsEntry(zero, 4);
        assertThat(group.apply(group.commit("a", 3, zero, 40)).getStaleCount()).isEqualTo(1);
        assertThat(offset(zero)).isEqualTo(20);
        stored(group.apply(group.commit("a", 4, zero, 50)));
    }

    @Test
    void earlierEpochOfTheSameOwnershipIsGood() { // G3, KIP-1251
        shared();
        group.assign(Map.of("a", List.of(zero), "b", List.of(one)));
        assertThat(group.member("a").epoch()).isEqualTo(3);
        stored(group.apply(group.commit("a", 2, zero, 7)));
    }

    @Test
    void fromOutsideOnlyWhileTheGroupIsEmpty() { // G3
        stored(group.apply(group.commit("", 0, zero, 5)));
        assertThat(group.image().emptySinceMs()).isEqualTo(TestGroup.NOW);
        assertThat(quorum.last().delta().groups().changed()).containsExactly("readers");
        shared();
        refused(group.apply(group.commit("", 0, zero, 6)), ErrorReason.ERROR_REASON_GROUP_NOT_EMPTY, "2 members");
        assertThat(offset(zero)).isEqualTo(5);
    }

    @Test
    void groupThatIsOnlyCommittedToFromOutsideIsInUse() { // G6
        stored(group.apply(group.commit("", 0, zero, 5)));
        var later = group.commit("", 0, zero, 6);
        later.getOffsetsBuilder(0).getOffsetsBuilder(0).setCommittedAtMs(TestGroup.NOW + 1000);
        stored(group.apply(later));
        var delete = DeleteGroup.newBuilder()
                .setGroupId("readers")
                .setSlotEpoch(group.slotEpoch())
                .setEmptySinceBeforeMs(TestGroup.NOW + 999);
        assertThat(quorum.apply(Command.newBuilder().setDeleteGroup(delete)).getReason())
                .isEqualTo(ErrorReason.ERROR_REASON_CONCURRENT_CHANGE);
    }

    @Test
    void partitionThatIsNotThereIsToldAndMakesNoGroup() {
        var gone = new TopicPartition(new UUID(0, 8), 0);
        var reply = group.apply(
                group.commit("", 0, gone, 5).addOffsets(TestGroup.offset(new TopicPartition(zero.topicId(), 2), 1)));
        assertThat(reply.getUnknownList()).hasSize(2);
        assertThat(reply.getUnknown(1).getPartitionsList()).containsExactly(2);
        assertThat(quorum.image().groups().size()).isZero();
        assertThat(quorum.last().delta().isEmpty()).isTrue();
    }

    @Test
    void eachCommitOfACommandIsJudgedAlone() {
        shared();
        var other = new TestGroup(quorum, "others");
        var command = CommitGroupOffsets.newBuilder()
                .addCommits(group.commit("a", 2, zero, 1))
                .addCommits(group.commit("z", 2, zero, 2))
                .addCommits(other.commit("", 0, one, 3))
                .addCommits(other.commit("", 0, zero, 4));
        var replies = quorum.accept(Command.newBuilder().setCommitGroupOffsets(command))
                .getCommitGroupOffsets();
        assertThat(replies.getCommitsList())
                .extracting(GroupCommitReply::getReason)
                .containsExactly(
                        ErrorReason.ERROR_REASON_UNSPECIFIED,
                        ErrorReason.ERROR_REASON_UNKNOWN_MEMBER,
                        ErrorReason.ERROR_REASON_UNSPECIFIED,
                        ErrorReason.ERROR_REASON_UNSPECIFIED);
        assertThat(offset(zero)).isEqualTo(1);
        assertThat(other.image().offset(one).orElseThrow().offset()).isEqualTo(3);
        assertThat(other.image().offset(zero).orElseThrow().offset()).isEqualTo(4);
    }

    private GroupCommitReply apply(CommitGroupOffsets.Builder command) {
        return quorum.accept(Command.newBuilder().setTimestampMs(TestGroup.NOW).setCommitGroupOffsets(command))
                .getCommitGroupOffsets()
                .getCommits(0);
    }

    @Test
    void lateCopyOfACommitPutsBackNoOlderOffset() { // Q2
        shared();
        var first = CommitGroupOffsets.newBuilder()
                .addCommits(group.commit("a", 2, zero, 10))
                .setAssumedIndex(quorum.image().position().index());
        stored(apply(first));
        stored(apply(first));
        stored(apply(CommitGroupOffsets.newBuilder()
                .addCommits(group.commit("a", 2, zero, 20))
                .addCommits(group.commit("a", 2, zero, 30))
                .setAssumedIndex(quorum.image().position().index())));
        assertThat(offset(zero)).isEqualTo(30);

        assertThat(apply(first).getOvertakenList()).hasSize(1);

        assertThat(offset(zero)).isEqualTo(30);
    }

    @Test
    void commitThatWasHeldUpUndoesNoLaterOneEvenInOneCommand() { // Q2
        shared();
        long known = quorum.image().position().index();
        var late = group.commit("a", 2, zero, 10).setAssumedIndex(known);
        stored(group.apply(late));
        long next = quorum.image().position().index();
        var command = CommitGroupOffsets.newBuilder()
                .addCommits(group.commit("a", 2, zero, 5).setAssumedIndex(next))
                .addCommits(late)
                .addCommits(group.commit("a", 2, zero, 5).setAssumedIndex(next))
                .setAssumedIndex(next);
        var replies = quorum.accept(Command.newBuilder().setCommitGroupOffsets(command))
                .getCommitGroupOffsets();

        stored(replies.getCommits(0));
        assertThat(replies.getCommits(1).getOvertaken(0).getPartitionsList()).containsExactly(0);
        stored(replies.getCommits(2));
        assertThat(offset(zero)).isEqualTo(5);
    }

    @Test
    void whatIsOvertakenInOnePartitionCountsInOthers() {
        stored(group.apply(group.commit("", 0, zero, 10)));
        var reply = group.apply(group.commit("", 0, zero, 20)
                .addOffsets(TestGroup.offset(new TopicPartition(zero.topicId(), 1), 7))
                .setAssumedIndex(1));

        assertThat(reply.getOvertaken(0).getPartitionsList()).containsExactly(0);
        assertThat(offset(zero)).isEqualTo(10);
        assertThat(offset(one)).isEqualTo(7);
    }

    @Test
    void whatNoOffsetMayBeIsRefusedByName() {
        var invalid = ErrorReason.ERROR_REASON_INVALID_ARGUMENT;
        refused(group.apply(group.commit("", 0, zero, -1)), invalid, "offset is -1, below 0");
        refused(
                group.apply(group.commit("", 0, zero, 1).addOffsets(TestGroup.offset(zero, 2))),
                invalid,
                "partition 0 is there twice");
        var record = GroupOffsetRecord.newBuilder().setLeaderEpoch(-2);
        refused(group.apply(group.commit("", 0, one, 1).addOffsets(of(record))), invalid, "leader_epoch is -2");
        record.setLeaderEpoch(-1).setMetadata("x".repeat(4097));
        refused(group.apply(group.commit("", 0, one, 1).addOffsets(of(record))), invalid, "metadata has 4097 bytes");
        var topic = GroupOffsetsRecord.newBuilder().setTopicId(ByteString.copyFromUtf8("x"));
        refused(group.apply(group.commit("", 0, one, 1).addOffsets(topic)), invalid, "topic_id has 1 bytes");
        refused(group.apply(group.commit("", 0, one, 1).setGroupId("")), invalid, "group_id");
        assertThat(quorum.image().groups().size()).isZero();
    }

    private GroupOffsetsRecord of(GroupOffsetRecord.Builder record) {
        return GroupOffsetsRecord.newBuilder()
                .setTopicId(UuidBytes.toBytes(zero.topicId()))
                .addOffsets(record)
                .build();
    }

    @Test
    void deletedTopicTakesItsOffsetsAlong() {
        stored(group.apply(group.commit("", 0, zero, 5)));
        var version = group.image().version();
        quorum.accept(Command.newBuilder()
                .setDeleteTopic(DeleteTopic.newBuilder().setTopicId(UuidBytes.toBytes(zero.topicId()))));
        assertThat(group.image().offsets().byTopic()).isEmpty();
        assertThat(group.image().version()).isEqualTo(version);
        assertThat(quorum.last().delta().groups().removedOffsets().get("readers"))
                .containsExactly(zero);
    }

    private CommandReply forget(long version, TopicPartition partition) {
        return quorum.apply(Command.newBuilder()
                .setDeleteGroupOffsets(DeleteGroupOffsets.newBuilder()
                        .setGroupId("readers")
                        .setSlotEpoch(group.slotEpoch())
                        .setExpectedVersion(version)
                        .addOffsets(GroupOffsetsRefs.newBuilder()
                                .setTopicId(UuidBytes.toBytes(partition.topicId()))
                                .addPartitions(partition.partition()))));
    }

    @Test
    void onlyOffsetsThatNobodySubscribesToAreForgotten() { // G6
        stored(group.apply(group.commit("", 0, zero, 5).addOffsets(TestGroup.offset(one, 6))));
        assertThat(forget(group.image().version() - 1, zero).getReason())
                .isEqualTo(ErrorReason.ERROR_REASON_CONCURRENT_CHANGE);
        assertThat(forget(group.image().version(), zero).getReason()).isEqualTo(ErrorReason.ERROR_REASON_UNSPECIFIED);
        assertThat(group.image().offset(zero)).isEmpty();
        assertThat(offset(one)).isEqualTo(6);
        assertThat(quorum.last().delta().groups().removedOffsets().get("readers"))
                .containsExactly(zero);

        group.join(joining("a", "t"));
        assertThat(forget(group.image().version(), one).getReason())
                .isEqualTo(ErrorReason.ERROR_REASON_GROUP_SUBSCRIBED);
        assertThat(offset(one)).isEqualTo(6);
    }

    @Test
    void whatWasCommittedAfterADeletionWasMadeIsNotForgotten() { // Q2
        stored(group.apply(group.commit("", 0, zero, 5)));
        var forget = DeleteGroupOffsets.newBuilder()
                .setGroupId("readers")
                .setSlotEpoch(group.slotEpoch())
                .setExpectedVersion(group.image().version())
                .setAssumedIndex(quorum.image().position().index())
                .addOffsets(GroupOffsetsRefs.newBuilder()
                        .setTopicId(UuidBytes.toBytes(zero.topicId()))
                        .addPartitions(0));
        var delete = DeleteGroup.newBuilder()
                .setGroupId("readers")
                .setSlotEpoch(group.slotEpoch())
                .setAssumedIndex(forget.getAssumedIndex());
        stored(group.apply(group.commit("", 0, zero, 6)));

        var forgotten = quorum.apply(Command.newBuilder().setDeleteGroupOffsets(forget));
        assertThat(forgotten.getReason()).isEqualTo(ErrorReason.ERROR_REASON_CONCURRENT_CHANGE);
        assertThat(forgotten.getMessage()).contains("assumed_index is", "was committed at");
        var deleted = quorum.apply(Command.newBuilder().setDeleteGroup(delete));
        assertThat(deleted.getReason()).isEqualTo(ErrorReason.ERROR_REASON_CONCURRENT_CHANGE);
        assertThat(deleted.getMessage()).contains("assumed_index is", "was changed at");
        assertThat(offset(zero)).isEqualTo(6);
    }

    @Test
    void offsetsOfNoGroupCannotBeForgotten() {
        assertThat(forget(0, zero).getReason()).isEqualTo(ErrorReason.ERROR_REASON_GROUP_NOT_FOUND);
    }
}
