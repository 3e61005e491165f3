package io.kontiki.metadata.command;

import static io.kontiki.metadata.command.TestGroup.held;
import static io.kontiki.metadata.command.TestGroup.holder;
import static io.kontiki.metadata.command.TestGroup.joining;
import static io.kontiki.metadata.command.TestGroup.none;
import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import io.kontiki.metadata.Assignor;
import io.kontiki.metadata.GroupCodec;
import io.kontiki.metadata.MemberImage;
import io.kontiki.metadata.TopicPartition;
import io.kontiki.metadata.UuidBytes;
import io.kontiki.proto.internal.v1.ChangeGroup;
import io.kontiki.proto.internal.v1.Command;
import io.kontiki.proto.internal.v1.CommandReply;
import io.kontiki.proto.internal.v1.DeleteGroup;
import io.kontiki.proto.internal.v1.DeleteTopic;
import io.kontiki.proto.internal.v1.MemberPartitionRecord;
import io.kontiki.proto.v1.ErrorReason;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.pcollections.TreePSet;

class GroupCommandsTest {
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

    private static void refused(CommandReply reply, ErrorReason reason, String text) {
        assertThat(reply.getReason()).as(reply.getMessage()).isEqualTo(reason);
        assertThat(reply.getMessage()).contains(text);
    }

    private static void invalid(CommandReply reply, String text) {
        refused(reply, ErrorReason.ERROR_REASON_INVALID_ARGUMENT, text);
    }

    /** Two members that own a partition each. */
    private void shared() {
        group.join(joining("a", "t"), joining("b", "t"));
        group.assign(Map.of("a", List.of(zero), "b", List.of(one)));
    }

    @Test
    void groupIsMadeByItsFirstMember() {
        group.join(joining("a", "t"));

        assertThat(group.image().epoch()).isEqualTo(1);
        assertThat(group.image().assignor()).isEqualTo(Assignor.STICKY);
        assertThat(group.image().version()).isEqualTo(quorum.image().position().index());
        assertThat(group.member("a").topics()).containsExactly("t");
        assertThat(quorum.last().delta().groups().changed()).containsExactly("readers");
        assertThat(quorum.last().delta().isOfGroupsOnly()).isTrue();
    }

    @Test
    void coordinatorOfAnotherEpochIsRefused() { // C1
        shared();
        var change = group.change();
        quorum.fence(quorum.image().slots().of("readers").owner());

        refused(group.propose(change.setEpoch(3)), ErrorReason.ERROR_REASON_NOT_COORDINATOR, "slot_epoch is");
        assertThat(group.image().epoch()).isEqualTo(2);
    }

    @Test
    void slotWithoutAnOwnerTakesNothing() { // C1
        shared();
        quorum.fence(1);
        quorum.fence(2);
        refused(group.propose(group.change()), ErrorReason.ERROR_REASON_NOT_COORDINATOR, "without an owner");
    }

    @Test
    void changeOfAnotherVersionIsRefusedAndSoIsItsRepetition() {
        var first = group.change().setEpoch(1);
        var second = group.change().setEpoch(1);
        group.accept(first, joining("a", "t"));
        refused(
                group.propose(second, joining("b", "t")),
                ErrorReason.ERROR_REASON_CONCURRENT_CHANGE,
                "expected_version");
        refused(group.propose(first), ErrorReason.ERROR_REASON_CONCURRENT_CHANGE, "expected_version");
        assertThat(group.image().members()).hasSize(1);
    }

    @Test
    void epochsNeverFall() { // G1
        shared();
        invalid(group.propose(group.change().setEpoch(1)), "below those of the group");
        invalid(group.propose(group.change().setAssignmentEpoch(1)), "below those of the group");
        invalid(group.propose(group.change().setEpoch(4).setAssignmentEpoch(5)), "above epoch 4");
        invalid(
                group.propose(
                        group.change(),
                        group.member("a").with(1, group.member("a").owned(), none())),
                "epoch of member \"a\" is 1, not 2 as before");
    }

    @Test
    void changedMembershipOrSubscriptionRaisesTheEpoch() { // G1
        shared();
        invalid(group.propose(group.change(), joining("c", "t")), "epoch is 2 as before");
        invalid(group.propose(group.change().addRemovedMembers("a")), "epoch is 2 as before");
        invalid(group.propose(group.change().setAssignor(1)), "epoch is 2 as before");
        var other = group.member("a").withSubscription(TreePSet.of("u"), Optional.empty());
        invalid(group.propose(group.change(), other), "epoch is 2 as before");
        var pattern = group.member("a").withSubscription(group.member("a").topics(), Optional.of("t.*"));
        invalid(group.propose(group.change(), pattern), "epoch is 2 as before");

        group.accept(group.change().setEpoch(3), other);
    }

    @Test
    void targetNamesTheEpochThatItWasMadeIn() { // G1
        shared();
        var wider = group.member("a").withTarget(TreePSet.of(zero, one));
        invalid(group.propose(group.change(), wider), "assignment_epoch is 2 as before, but targets change");
        invalid(group.propose(group.change().setEpoch(4).setAssignmentEpoch(3), wider), "not the epoch 4");
        invalid(
                group.propose(group.change().setEpoch(3).setAssignmentEpoch(3), wider),
                "in two targets, one that of member \"b\"");
    }

    @Test
    void partitionMovesOnlyOnceItWasLetGoOf() { // G2
        shared();
        group.assign(Map.of("a", List.of(), "b", List.of(zero, one)));
        assertThat(group.member("a").revoking()).containsOnlyKeys(zero);
        assertThat(group.member("a").epoch()).isEqualTo(2);
        assertThat(group.member("b").epoch()).isEqualTo(3);

        var both = group.member("b").owned().plus(zero, 3);
        invalid(group.propose(group.change(), group.member("b").with(3, both, none())), "before member");

        var letGo = group.member("a").with(3, none(), none());
        group.accept(group.change(), letGo, group.member("b").with(3, both, none()));
        assertThat(group.member("b").owned()).isEqualTo(both);
    }

    @Test
    void partitionThatItsOwnerWasNeverToldToLetGoOfDoesNotMove() { // G2
        shared();
        var change = group.change().setEpoch(3).setAssignmentEpoch(3);
        var target = TreePSet.of(zero, one);
        var a = group.member("a").withTarget(TreePSet.empty()).with(3, none(), none());
        var b = group.member("b")
                .withTarget(target)
                .with(3, group.member("b").owned().plus(zero, 3), none());
        invalid(group.propose(change, a, b), "before member \"a\" has let go of it");
    }

    @Test
    void partitionsOfAMemberThatIsGoneAreFree() { // G2
        shared();
        var change = group.change().setEpoch(3).setAssignmentEpoch(3).addRemovedMembers("a");
        var b = group.member("b").withTarget(TreePSet.of(zero, one));
        group.accept(change, b.with(3, b.owned().plus(zero, 3), none()));
        assertThat(group.member("b").owned()).isEqualTo(held(one, 2).plus(zero, 3));
    }

    @Test
    void memberWithPartitionsToLetGoOfHasNotConfirmed() { // G1
        shared();
        group.assign(Map.of("a", List.of(), "b", List.of(zero, one)));
        var a = group.member("a");
        invalid(group.propose(group.change(), a.with(3, none(), a.revoking())), "has partitions to let go of");
        invalid(group.propose(group.change(), a.with(3, a.revoking(), none())), "has partitions to let go of");
    }

    @Test
    void assignedEpochsCannotBeMadeUp() { // G3
        shared();
        var a = group.member("a");
        invalid(group.propose(group.change(), a.with(2, held(zero, 1), none())), "neither as before");
        invalid(group.propose(group.change(), a.with(2, held(zero, 3), none())), "neither as before");
        var target = a.withTarget(TreePSet.of(zero, one));
        var change = group.change().setEpoch(3).setAssignmentEpoch(3).addRemovedMembers("b");
        invalid(group.propose(change, target.with(3, held(zero, 2).plus(one, 2), none())), "neither as before");
        invalid(
                group.propose(
                        group.change().setEpoch(3).setAssignmentEpoch(3),
                        a.withTarget(TreePSet.empty()).with(2, none(), held(zero, 1))),
                "assigned_epoch of partition");
    }

    @Test
    void memberThatIsBehindGetsNothing() { // G2
        group.join(joining("a", "t"));
        var a = group.member("a").withTarget(TreePSet.of(zero));
        invalid(
                group.propose(group.change().setEpoch(2).setAssignmentEpoch(2), a.with(0, held(zero, 0), none())),
                "neither as before");
    }

    @Test
    void partitionComesBackToWhomItIsBeingTakenFrom() {
        shared();
        group.assign(Map.of("a", List.of(), "b", List.of(zero, one)));
        var change = group.change().setEpoch(4).setAssignmentEpoch(4);
        var a = group.member("a")
                .withTarget(TreePSet.of(zero))
                .with(4, group.member("a").revoking(), none());
        group.accept(change, a, group.member("b").withTarget(TreePSet.of(one)));
        assertThat(group.member("a").owned()).isEqualTo(held(zero, 2));
    }

    @Test
    void twoMembersCannotHaveOneInstanceId() { // G4
        group.join(holder("a", "i", "t"));
        invalid(
                group.propose(group.change().setEpoch(2), holder("b", "i", "t")),
                "instance_id \"i\" is that of two members, \"a\" and \"b\"");
        invalid(
                group.propose(group.change().setEpoch(2), holder("a", "j", "t")),
                "instance_id of member \"a\" changes");
    }

    @Test
    void newHolderOfAnInstanceIdTakesOverWhatTheOldOneOwned() { // G4
        group.join(holder("a", "i", "t"));
        group.assign(Map.of("a", List.of(zero, one)));
        var heir = holder("b", "i", "t")
                .withTarget(group.member("a").target())
                .with(2, group.member("a").owned(), none());

        invalid(
                group.propose(
                        group.change().setEpoch(3).setAssignmentEpoch(3).addRemovedMembers("a"),
                        joining("b", "t").withTarget(heir.target()).with(2, heir.owned(), none())),
                "epoch of member \"b\" is 2, not 0");
        group.accept(group.change().setEpoch(3).setAssignmentEpoch(3).addRemovedMembers("a"), heir);

        assertThat(group.image().members()).containsOnlyKeys("b");
        assertThat(group.member("b").owned()).containsOnlyKeys(zero, one);
    }

    @Test
    void targetOfATopicThatIsGoneIsRefused() {
        group.join(joining("a", "t"));
        quorum.accept(deleteTopic());
        var a = group.member("a").withTarget(TreePSet.of(zero));
        refused(
                group.propose(group.change().setEpoch(2).setAssignmentEpoch(2), a),
                ErrorReason.ERROR_REASON_CONCURRENT_CHANGE,
                "there is no partition");
    }

    private Command.Builder deleteTopic() {
        return Command.newBuilder()
                .setDeleteTopic(DeleteTopic.newBuilder().setTopicId(UuidBytes.toBytes(zero.topicId())));
    }

    @Test
    void deletedTopicLeavesAGroupThatGoesOn() {
        shared();
        group.assign(Map.of("a", List.of(), "b", List.of(zero, one)));
        var stale = group.change().setEpoch(4);

        quorum.accept(deleteTopic());

        assertThat(quorum.last().delta().groups().changed()).containsExactly("readers");
        assertThat(group.image().epoch()).isEqualTo(3);
        for (var member : group.image().members().values()) {
            assertThat(member.owned()).isEmpty();
            assertThat(member.revoking()).isEmpty();
            assertThat(member.target()).isEmpty();
        }
        refused(group.propose(stale), ErrorReason.ERROR_REASON_CONCURRENT_CHANGE, "expected_version");
        group.assign(Map.of("a", List.of(), "b", List.of()));
        assertThat(group.image().members().values()).allMatch(member -> member.epoch() == 4);
    }

    @Test
    void emptyGroupKnowsSinceWhen() { // G6
        shared();
        assertThat(group.image().emptySinceMs()).isZero();
        group.accept(group.change().setEpoch(3).addRemovedMembers("a").addRemovedMembers("b"));
        assertThat(group.image().emptySinceMs()).isEqualTo(TestGroup.NOW);
        group.join(joining("c", "t"));
        assertThat(group.image().emptySinceMs()).isZero();
    }

    private CommandReply delete(long emptySinceBeforeMs) {
        return quorum.apply(Command.newBuilder()
                .setDeleteGroup(DeleteGroup.newBuilder()
                        .setGroupId("readers")
                        .setSlotEpoch(group.slotEpoch())
                        .setEmptySinceBeforeMs(emptySinceBeforeMs)));
    }

    @Test
    void groupGoesOnlyWithoutMembersAndUnused() { // G6
        shared();
        refused(delete(0), ErrorReason.ERROR_REASON_GROUP_NOT_EMPTY, "2 members");
        group.accept(group.change().setEpoch(3).addRemovedMembers("a").addRemovedMembers("b"));
        refused(delete(TestGroup.NOW - 1), ErrorReason.ERROR_REASON_CONCURRENT_CHANGE, "was used at");

        assertThat(delete(TestGroup.NOW).getReason()).isEqualTo(ErrorReason.ERROR_REASON_UNSPECIFIED);
        assertThat(quorum.image().groups().size()).isZero();
        assertThat(quorum.last().delta().groups().removed()).containsExactly("readers");
        assertThat(delete(0).getReason()).isEqualTo(ErrorReason.ERROR_REASON_UNSPECIFIED);
        assertThat(quorum.last().delta().isEmpty()).isTrue();
    }

    @Test
    void deletionByAnEarlierCoordinatorIsVoid() { // C1
        group.join(joining("a", "t"));
        group.accept(group.change().setEpoch(2).addRemovedMembers("a"));
        var command = Command.newBuilder()
                .setDeleteGroup(DeleteGroup.newBuilder().setGroupId("readers").setSlotEpoch(group.slotEpoch() - 1));
        refused(quorum.apply(command), ErrorReason.ERROR_REASON_NOT_COORDINATOR, "slot_epoch");
    }

    @Test
    void whatNoMemberMayBeIsRefusedByName() {
        assertInvalid(
                joining("a", "t"), "group_id \"a/b\" has an illegal character", change -> change.setGroupId("a/b"));
        assertInvalid(joining("a", "t"), "assignor is 0, not 1 to 3", change -> change.setAssignor(0));
        assertInvalid(joining("", "t"), "member_id \"\" has 0 characters, not 1 to 128", change -> change);
        refused(
                group.propose(group.change().setEpoch(1), joining("a", "t", "no/topic")),
                ErrorReason.ERROR_REASON_INVALID_TOPIC_NAME,
                "topic name \"no/topic\"");
        assertInvalid(holder("a", "x".repeat(129), "t"), "129 characters, not 1 to 128", change -> change);
        assertInvalid(
                joining("a", "t"),
                "members has \"a\" twice",
                change -> change.addMembers(GroupCodec.toRecord(joining("a", "t"))));
        assertInvalid(joining("a", "t"), "removed_members has \"z\"", change -> change.addRemovedMembers("z"));
        assertInvalid(joining("a", "t"), "there twice", change -> change.addRemovedMembers("a"));
        assertInvalid(
                joining("a", "t"),
                "session_timeout_ms is 999, not 1000",
                change -> change.setMembers(0, change.getMembers(0).toBuilder().setSessionTimeoutMs(999)));
        assertInvalid(
                joining("a", "t"),
                "rebalance_timeout_ms is 3600001",
                change -> change.setMembers(0, change.getMembers(0).toBuilder().setRebalanceTimeoutMs(3_600_001)));
        assertInvalid(
                joining("a", "t"),
                "topic_pattern has 1001 bytes",
                change ->
                        change.setMembers(0, change.getMembers(0).toBuilder().setTopicPattern("é".repeat(500) + "x")));
        assertInvalid(
                joining("a", "t"),
                "topic_id of member \"a\" has 1 bytes",
                change -> change.setMembers(
                        0,
                        change.getMembers(0).toBuilder()
                                .addTarget(
                                        MemberPartitionRecord.newBuilder().setTopicId(ByteString.copyFromUtf8("x")))));
        invalid(group.propose(group.change().setEpoch(1)), "members is empty");
        assertThat(quorum.image().groups().size()).isZero();
    }

    private void assertInvalid(
            MemberImage member, String text, java.util.function.UnaryOperator<ChangeGroup.Builder> spoil) {
        invalid(group.propose(spoil.apply(group.change().setEpoch(1).addMembers(GroupCodec.toRecord(member)))), text);
    }

    @Test
    void groupIsFullAtTheLimit() {
        var change = group.change().setEpoch(1);
        for (int i = 0; i < GroupRules.MEMBERS_MAX; i++) {
            change.addMembers(GroupCodec.toRecord(joining("m" + i, "t")));
        }
        group.accept(change);
        refused(
                group.propose(group.change().setEpoch(2), joining("one-more", "t")),
                ErrorReason.ERROR_REASON_GROUP_FULL,
                "would have 10001 members");
    }
}
