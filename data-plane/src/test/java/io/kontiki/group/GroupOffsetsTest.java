package io.kontiki.group;

import static io.kontiki.group.CoordinatorRig.joining;
import static org.assertj.core.api.Assertions.assertThat;

import io.kontiki.proto.v1.CommitOffsetsRequest;
import io.kontiki.proto.v1.CommitOffsetsResponse;
import io.kontiki.proto.v1.DeleteGroupRequest;
import io.kontiki.proto.v1.DeleteGroupResponse;
import io.kontiki.proto.v1.DeleteOffsetsRequest;
import io.kontiki.proto.v1.DeleteOffsetsResponse;
import io.kontiki.proto.v1.ErrorReason;
import io.kontiki.proto.v1.FetchOffsetsRequest;
import io.kontiki.proto.v1.FetchOffsetsResponse;
import io.kontiki.proto.v1.LeaveGroup;
import io.kontiki.proto.v1.OffsetToCommit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Commits, fetches and what is forgotten (rules G3, G5, G6 and G8). */
class GroupOffsetsTest {
    private static final long RETENTION_MS = 7L * 24 * 3600 * 1000;

    private final CoordinatorRig rig = CoordinatorRig.alone();
    private String group;

    @BeforeEach
    void createTopic() {
        group = rig.group();
        rig.topic("t", 2);
    }

    @Test
    void commitsGatherWhileOneIsUnderWay() {
        rig.join(1, joining(group, "a", "t"));
        rig.commit(1, group, "a", 1, "t-0", 10);
        rig.commit(2, group, "a", 1, "t-1", 20);
        rig.commit(3, group, "a", 1, "t-0", 11);
        assertThat(rig.proposals).hasSize(1);

        rig.applyNext();
        assertThat(rig.proposals).hasSize(1);
        assertThat(rig.proposals.element().command().getCommitGroupOffsets().getCommitsCount())
                .isEqualTo(2);
        rig.settle();

        assertThat(rig.reply(3, CommitOffsetsResponse.class).getResultsList())
                .singleElement()
                .matches(result -> !result.hasError());
        assertThat(committed("t-0")).isEqualTo(11);
        assertThat(committed("t-1")).isEqualTo(20);
    }

    @Test
    void aCommitIsAnsweredOnceTheImageHasIt() {
        rig.join(1, joining(group, "a", "t"));
        rig.commit(1, group, "a", 1, "t-0", 10);
        rig.applyNext();
        assertThat(rig.answers).isEmpty();

        rig.publish();
        assertThat(rig.answers).containsOnlyKeys(1L);
    }

    /** Rule Q2: the transport may send a command twice, and the second copy may come after later ones. */
    @Test
    void aCopyThatComesLateDoesNotUndoWhatFollowed() {
        rig.join(1, joining(group, "a", "t"));
        rig.commit(1, group, "a", 1, "t-0", 10);
        var copy = rig.proposals.element().command();
        rig.settle();
        rig.commit(2, group, "a", 1, "t-0", 5);
        rig.settle();
        assertThat(committed("t-0")).isEqualTo(5);

        rig.quorum.accept(copy.toBuilder());
        rig.publish();

        assertThat(committed("t-0")).isEqualTo(5);
    }

    /** A broker that stood still relays a commit when its member has made the next one, through another broker. */
    @Test
    void aCommitThatIsRelayedLateDoesNotUndoTheNextOne() {
        rig.join(1, joining(group, "a", "t"));
        var first = commit("a", 1, 1, 10);
        rig.perform(rig.coordinator.onCommit(1, first, rig.now()));
        rig.settle();
        long known = rig.reply(1, CommitOffsetsResponse.class).getIndex();
        rig.perform(rig.coordinator.onCommit(2, commit("a", 1, known, 5), rig.now()));
        rig.perform(rig.coordinator.onCommit(3, first, rig.now()));
        rig.settle();
        rig.perform(rig.coordinator.onCommit(4, first, rig.now()));
        rig.settle();

        assertThat(error(2)).isEqualTo(ErrorReason.ERROR_REASON_UNSPECIFIED);
        assertThat(error(3)).isEqualTo(ErrorReason.ERROR_REASON_CONCURRENT_CHANGE);
        assertThat(error(4)).isEqualTo(ErrorReason.ERROR_REASON_CONCURRENT_CHANGE);
        assertThat(committed("t-0")).isEqualTo(5);
    }

    @Test
    void aCommitThatIsRepeatedIsAsGoodAsDone() {
        rig.join(1, joining(group, "a", "t"));
        rig.perform(rig.coordinator.onCommit(1, commit("a", 1, 1, 10), rig.now()));
        rig.settle();
        rig.pass(3000);
        rig.perform(rig.coordinator.onCommit(2, commit("a", 1, 1, 10), rig.now()));
        rig.settle();

        assertThat(error(2)).isEqualTo(ErrorReason.ERROR_REASON_UNSPECIFIED);
    }

    /** Two that are no members, one after the other: what is left of the first one on its way is void. */
    @Test
    void aCommitFromOutsideThatIsRelayedLateIsVoid() {
        rig.perform(rig.coordinator.onCommit(1, commit("", 0, 1, 10), rig.now()));
        rig.settle();
        rig.perform(rig.coordinator.onCommit(2, commit("", 0, 1, 20), rig.now()));
        rig.settle();
        assertThat(error(2)).isEqualTo(ErrorReason.ERROR_REASON_CONCURRENT_CHANGE);
        long known = rig.reply(2, CommitOffsetsResponse.class).getIndex();
        rig.perform(rig.coordinator.onCommit(3, commit("", 0, known, 20), rig.now()));
        rig.settle();
        rig.perform(rig.coordinator.onCommit(4, commit("", 0, 1, 10), rig.now()));
        rig.settle();

        assertThat(error(3)).isEqualTo(ErrorReason.ERROR_REASON_UNSPECIFIED);
        assertThat(error(4)).isEqualTo(ErrorReason.ERROR_REASON_CONCURRENT_CHANGE);
        assertThat(committed("t-0")).isEqualTo(20);
    }

    private CommitOffsetsRequest commit(String member, int epoch, long known, long offset) {
        return CommitOffsetsRequest.newBuilder()
                .setGroupId(group)
                .setMemberId(member)
                .setMemberEpoch(epoch)
                .setKnownIndex(known)
                .addOffsets(OffsetToCommit.newBuilder().setTopic("t").setOffset(offset))
                .build();
    }

    @Test
    void aCommitThatIsTooLargeForOneCommandIsRefused() {
        var request = CommitOffsetsRequest.newBuilder().setGroupId(group);
        for (int number = 0; number < 300; number++) {
            request.addOffsets(OffsetToCommit.newBuilder()
                    .setTopic("t")
                    .setPartition(number)
                    .setMetadata("m".repeat(4096)));
        }
        rig.perform(rig.coordinator.onCommit(1, request.build(), rig.now()));

        assertThat(rig.refusal(1)).isEqualTo(ErrorReason.ERROR_REASON_INVALID_ARGUMENT);
    }

    @Test
    void whatWasNotTheMembersIsStale() {
        rig.join(1, joining(group, "a", "t"));
        rig.join(2, joining(group, "b", "t"));
        rig.owned(1, 1, "t-0");
        rig.commit(1, group, "a", 2, "t-1", 10);
        rig.commit(2, group, "b", 1, "t-1", 10);
        rig.commit(3, group, "gone", 1, "t-1", 10);
        rig.commit(4, group, "", 0, "t-1", 10);
        rig.commit(5, group, "b", 2, "t-7", 10);
        rig.commit(6, group, "b", 2, "nothing-0", 10);
        rig.settle();

        assertThat(error(1)).isEqualTo(ErrorReason.ERROR_REASON_STALE_MEMBER_EPOCH);
        assertThat(error(2)).isEqualTo(ErrorReason.ERROR_REASON_STALE_MEMBER_EPOCH);
        assertThat(rig.refusal(3)).isEqualTo(ErrorReason.ERROR_REASON_UNKNOWN_MEMBER);
        assertThat(rig.refusal(4)).isEqualTo(ErrorReason.ERROR_REASON_GROUP_NOT_EMPTY);
        assertThat(error(5)).isEqualTo(ErrorReason.ERROR_REASON_PARTITION_NOT_FOUND);
        assertThat(error(6)).isEqualTo(ErrorReason.ERROR_REASON_TOPIC_NOT_FOUND);
    }

    @Test
    void noOffsetAndNoAnswerAreTwoThings() {
        rig.commit(1, group, "", 0, "t-1", 10);
        rig.settle();
        rig.fetch(
                2,
                FetchOffsetsRequest.newBuilder()
                        .setGroupId(group)
                        .addAllTopics(CoordinatorRig.names("t-0", "t-1", "t-9", "u-0")));

        var offsets = rig.reply(2, FetchOffsetsResponse.class).getOffsetsList();
        assertThat(offsets).hasSize(4);
        assertThat(offsets.get(0).hasCommitted() || offsets.get(0).hasError()).isFalse();
        assertThat(offsets.get(1).getCommitted().getOffset()).isEqualTo(10);
        assertThat(offsets.get(2).getError().getReason()).isEqualTo(ErrorReason.ERROR_REASON_PARTITION_NOT_FOUND);
        assertThat(offsets.get(3).getError().getReason()).isEqualTo(ErrorReason.ERROR_REASON_TOPIC_NOT_FOUND);
        rig.fetch(3, FetchOffsetsRequest.newBuilder().setGroupId(group));
        assertThat(rig.reply(3, FetchOffsetsResponse.class).getOffsetsList()).hasSize(1);
    }

    /** Its slot is another one's, which has stored more; it has a lease still, and an image from before. */
    @Test
    void aDeposedCoordinatorTellsNoOffsets() {
        rig.commit(1, group, "", 0, "t-0", 10);
        rig.settle();
        rig.quorum.fence(1);
        rig.quorum.unfence(1);
        rig.fetch(2, FetchOffsetsRequest.newBuilder().setGroupId(group));

        assertThat(rig.refusal(2)).isEqualTo(ErrorReason.ERROR_REASON_NOT_COORDINATOR);
    }

    @Test
    void offsetsAreToldOnceTheImageHasAllThatWasThere() {
        rig.commit(1, group, "", 0, "t-0", 10);
        rig.perform(rig.coordinator.onFetch(
                2, FetchOffsetsRequest.newBuilder().setGroupId(group).build(), rig.now()));
        assertThat(rig.answers).isEmpty();
        rig.settle();

        assertThat(rig.reply(2, FetchOffsetsResponse.class)
                        .getOffsets(0)
                        .getCommitted()
                        .getOffset())
                .isEqualTo(10);
    }

    @Test
    void aMemberIsToldWhereToBeginOnlyWithWhatIsItsOwn() {
        rig.join(1, joining(group, "a", "t"));
        rig.join(2, joining(group, "b", "t"));
        rig.owned(1, 1, "t-0");
        var request = FetchOffsetsRequest.newBuilder()
                .setGroupId(group)
                .setMemberId("b")
                .setMemberEpoch(2)
                .addAllTopics(CoordinatorRig.names("t-0", "t-1"));
        rig.fetch(1, request);
        rig.fetch(2, request.clone().setMemberEpoch(3));
        rig.fetch(3, request.clone().setMemberId("gone"));

        var offsets = rig.reply(1, FetchOffsetsResponse.class).getOffsetsList();
        assertThat(offsets.get(0).getError().getReason()).isEqualTo(ErrorReason.ERROR_REASON_NOT_COORDINATOR);
        assertThat(offsets.get(1).hasError()).isFalse();
        assertThat(rig.refusal(2)).isEqualTo(ErrorReason.ERROR_REASON_NOT_COORDINATOR);
        assertThat(rig.refusal(3)).isEqualTo(ErrorReason.ERROR_REASON_UNKNOWN_MEMBER);
    }

    @Test
    void anEmptyGroupIsForgottenInTheEnd() {
        rig.join(1, joining(group, "a", "t"));
        rig.commit(1, group, "a", 1, "t-0", 10);
        rig.settle();
        rig.pass(1000);
        rig.heartbeat(1);
        rig.perform(rig.coordinator.onLeave(1, LeaveGroup.getDefaultInstance(), rig.now()));
        rig.settle();
        rig.pass(RETENTION_MS - 61_000);
        assertThat(rig.quorum.image().group(group)).isPresent();

        rig.pass(122_000);
        assertThat(rig.quorum.image().group(group)).isEmpty();
    }

    @Test
    void aShorterRetentionCountsAtOnce() {
        rig.commit(1, group, "", 0, "t-0", 10);
        rig.settle();
        rig.pass(600_000);
        assertThat(rig.quorum.image().group(group)).isPresent();

        rig.coordinator.limit(500_000, 10);
        rig.pass(61_000);

        assertThat(rig.quorum.image().group(group)).isEmpty();
    }

    @Test
    void aGroupWithMembersIsNotForgotten() {
        rig.join(1, joining(group, "a", "t").setSessionTimeoutMs(1_800_000));
        rig.commit(1, group, "a", 1, "t-0", 10);
        rig.settle();
        for (int hour = 0; hour < 8 * 24 * 4; hour++) {
            rig.pass(900_000);
            rig.heartbeat(1);
        }

        assertThat(committed("t-0")).isEqualTo(10);
    }

    @Test
    void groupsAndOffsetsAreForgottenByCall() {
        rig.join(1, joining(group, "a", "t"));
        rig.topic("u", 1);
        var group2 = DeleteGroupRequest.newBuilder().setGroupId(group).build();
        rig.perform(rig.coordinator.onDeleteGroup(1, group2, rig.now()));
        rig.settle();
        assertThat(rig.refusal(1)).isEqualTo(ErrorReason.ERROR_REASON_GROUP_NOT_EMPTY);
        var offsets = DeleteOffsetsRequest.newBuilder()
                .setGroupId(group)
                .addAllTopics(CoordinatorRig.names("t-0"))
                .build();
        rig.perform(rig.coordinator.onDeleteOffsets(2, offsets, rig.now()));
        assertThat(rig.refusal(2)).isEqualTo(ErrorReason.ERROR_REASON_GROUP_SUBSCRIBED);

        rig.commit(3, group, "a", 1, "t-0", 10);
        rig.settle();
        rig.perform(rig.coordinator.onLeave(1, LeaveGroup.getDefaultInstance(), rig.now()));
        rig.settle();
        rig.perform(rig.coordinator.onDeleteOffsets(4, offsets, rig.now()));
        rig.settle();
        assertThat(rig.reply(4, DeleteOffsetsResponse.class).getDeletedList()).isEqualTo(CoordinatorRig.names("t-0"));
        rig.perform(rig.coordinator.onDeleteGroup(5, group2, rig.now()));
        rig.settle();
        rig.reply(5, DeleteGroupResponse.class);
        rig.perform(rig.coordinator.onDeleteGroup(6, group2, rig.now()));
        assertThat(rig.refusal(6)).isEqualTo(ErrorReason.ERROR_REASON_GROUP_NOT_FOUND);
    }

    @Test
    void aCopyOfADeletionThatComesLateForgetsNothingThatFollowed() {
        rig.commit(1, group, "", 0, "t-0", 10);
        rig.settle();
        var delete = DeleteGroupRequest.newBuilder().setGroupId(group).build();
        rig.perform(rig.coordinator.onDeleteGroup(2, delete, rig.now()));
        var copy = rig.proposals.element().command();
        rig.settle();
        rig.reply(2, DeleteGroupResponse.class);
        rig.pass(10);
        rig.commit(3, group, "", 0, "t-0", 5);
        rig.settle();

        rig.quorum.apply(copy);
        rig.publish();

        assertThat(committed("t-0")).isEqualTo(5);
    }

    @Test
    void aDeletionThatIsRelayedLateForgetsNothingThatFollowed() {
        rig.commit(1, group, "", 0, "t-0", 10);
        rig.settle();
        long known = rig.reply(1, CommitOffsetsResponse.class).getIndex();
        var delete = DeleteGroupRequest.newBuilder()
                .setGroupId(group)
                .setKnownIndex(known)
                .build();
        rig.commit(2, group, "", 0, "t-0", 5);
        rig.settle();
        rig.perform(rig.coordinator.onDeleteGroup(3, delete, rig.now()));
        rig.settle();

        assertThat(rig.refusal(3)).isEqualTo(ErrorReason.ERROR_REASON_CONCURRENT_CHANGE);
        assertThat(committed("t-0")).isEqualTo(5);
    }

    /** As a copy of the command, and as a call that a broker held up. */
    @Test
    void offsetsThatAreForgottenTwiceStayIfCommittedInBetween() {
        rig.commit(1, group, "", 0, "t-0", 10);
        rig.settle();
        var request = DeleteOffsetsRequest.newBuilder()
                .setGroupId(group)
                .addAllTopics(CoordinatorRig.names("t-0"))
                .setKnownIndex(rig.reply(1, CommitOffsetsResponse.class).getIndex());
        rig.perform(rig.coordinator.onDeleteOffsets(
                2, request.clone().clearKnownIndex().build(), rig.now()));
        var copy = rig.proposals.element().command();
        rig.settle();
        assertThat(rig.reply(2, DeleteOffsetsResponse.class).getDeletedList()).isEqualTo(CoordinatorRig.names("t-0"));
        rig.commit(3, group, "", 0, "t-0", 5);
        rig.settle();

        rig.quorum.apply(copy);
        rig.publish();
        rig.perform(rig.coordinator.onDeleteOffsets(4, request.build(), rig.now()));
        rig.settle();

        assertThat(rig.refusal(4)).isEqualTo(ErrorReason.ERROR_REASON_CONCURRENT_CHANGE);
        assertThat(committed("t-0")).isEqualTo(5);
    }

    private ErrorReason error(long call) {
        return rig.reply(call, CommitOffsetsResponse.class)
                .getResults(0)
                .getError()
                .getReason();
    }

    private long committed(String partition) {
        rig.fetch(99, FetchOffsetsRequest.newBuilder().setGroupId(group).addAllTopics(CoordinatorRig.names(partition)));
        return rig.reply(99, FetchOffsetsResponse.class)
                .getOffsets(0)
                .getCommitted()
                .getOffset();
    }
}
