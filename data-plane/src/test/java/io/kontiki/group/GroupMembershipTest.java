package io.kontiki.group;

import static io.kontiki.group.CoordinatorRig.joining;
import static org.assertj.core.api.Assertions.assertThat;

import io.kontiki.metadata.UuidBytes;
import io.kontiki.proto.internal.v1.AddPartitions;
import io.kontiki.proto.internal.v1.Command;
import io.kontiki.proto.internal.v1.DeleteTopic;
import io.kontiki.proto.internal.v1.Replicas;
import io.kontiki.proto.v1.ErrorReason;
import io.kontiki.proto.v1.JoinGroup;
import io.kontiki.proto.v1.LeaveGroup;
import io.kontiki.proto.v1.RemoveMemberRequest;
import io.kontiki.proto.v1.RemoveMemberResponse;
import io.kontiki.proto.v1.Subscription;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** How members come, get partitions, let go of them and leave (rules G1, G2 and G4). */
class GroupMembershipTest {
    private CoordinatorRig rig = CoordinatorRig.alone();
    private String group;

    @BeforeEach
    void createTopic() {
        group = rig.group();
        rig.topic("t", 4);
    }

    @Test
    void theFirstMemberOwnsEverything() {
        rig.join(1, joining(group, "a", "t"));

        assertThat(rig.told(1)).containsExactly("t-0", "t-1", "t-2", "t-3");
        assertThat(rig.toldEpoch(1)).isEqualTo(1);
        assertThat(GroupStates.of(rig.record(group)).getNumber()).isEqualTo(3);
    }

    @Test
    void aMemberIsToldNothingThatIsNotInTheRecord() {
        rig.send(1, joining(group, "a", "t"));
        assertThat(rig.streams.get(1L)).isEmpty();

        rig.applyNext();
        assertThat(rig.streams.get(1L)).isEmpty();

        rig.publish();
        assertThat(rig.streams.get(1L)).hasSize(2);
    }

    @Test
    void anotherMemberGetsPartitionsOnceTheFirstLetGo() {
        twoMembers();

        assertThat(rig.told(1)).containsExactly("t-0", "t-1");
        assertThat(rig.toldEpoch(1)).isEqualTo(1);
        assertThat(rig.told(2)).isEmpty();
        assertThat(rig.record(group).member("a").orElseThrow().revoking()).hasSize(2);

        rig.owned(1, 1, "t-0", "t-1");

        assertThat(rig.toldEpoch(1)).isEqualTo(2);
        assertThat(rig.told(2)).containsExactly("t-2", "t-3");
    }

    @Test
    void whatAMemberStillOwnsStaysItsOwn() {
        twoMembers();

        rig.owned(1, 1, "t-0", "t-1", "t-3");

        assertThat(rig.told(2)).containsExactly("t-2");
        assertThat(rig.toldEpoch(1)).isEqualTo(1);
    }

    @Test
    void aConfirmationOfAnEarlierEpochFreesNothing() {
        twoMembers();
        rig.owned(1, 0, "t-0", "t-1");

        assertThat(rig.told(2)).isEmpty();
    }

    @Test
    void whoDoesNotLetGoInTimeIsFenced() {
        twoMembers();
        for (int second = 0; second < CoordinatorRig.REBALANCE_MS / 1000; second++) {
            rig.heartbeat(1);
            rig.heartbeat(2);
            assertThat(rig.open(1)).isTrue();
            rig.pass(1000);
        }

        assertThat(rig.end(1)).contains(ErrorReason.ERROR_REASON_UNKNOWN_MEMBER);
        assertThat(rig.told(2)).hasSize(4);
    }

    /** What it said is on its way into the record when its time is over: it counts on its session, and reads on. */
    @Test
    void whoLetsGoInTimeLivesThoughTheRecordIsLate() { // G2
        twoMembers();
        for (int second = 1; second < CoordinatorRig.REBALANCE_MS / 1000; second++) {
            rig.pass(1000);
            rig.heartbeat(1);
            rig.heartbeat(2);
        }
        rig.ownedUnsettled(1, 1, "t-0", "t-1");
        rig.passUnsettled(1000);
        rig.settle();
        assertThat(rig.toldEpoch(1)).isEqualTo(2);

        int before = rig.streams.get(1L).size();
        rig.heartbeat(1);
        rig.tick();
        assertThat(rig.open(1)).isTrue();
        assertThat(rig.streams.get(1L)).hasSize(before + 1);
        assertThat(rig.told(2)).containsExactly("t-2", "t-3");
    }

    @Test
    void whoIsSilentForItsSessionIsFenced() {
        rig.join(1, joining(group, "a", "t"));
        rig.join(2, joining(group, "b", "t"));
        rig.owned(1, 1, "t-0", "t-1");
        rig.pass(CoordinatorRig.SESSION_MS - 1);
        rig.heartbeat(2);
        rig.pass(1);

        assertThat(rig.end(1)).contains(ErrorReason.ERROR_REASON_UNKNOWN_MEMBER);
        assertThat(rig.told(2)).hasSize(4);
        assertThat(rig.record(group).members()).containsOnlyKeys("b");
    }

    @Test
    void aMemberResumesWithinItsSession() {
        rig.join(1, joining(group, "a", "t"));
        rig.perform(rig.coordinator.onStreamGone(1, rig.now()));
        rig.pass(CoordinatorRig.SESSION_MS - 1);

        rig.join(2, joining(group, "a", "t").setMemberEpoch(1).addAllOwned(CoordinatorRig.names("t-0", "t-1")));

        assertThat(rig.told(2)).hasSize(4);
        assertThat(rig.record(group).epoch()).isEqualTo(1);
    }

    @Test
    void aMemberThatLetGoWhileItWasAwayNeedsNotSayItAgain() {
        twoMembers();
        rig.perform(rig.coordinator.onStreamGone(1, rig.now()));

        rig.join(3, joining(group, "a", "t").setMemberEpoch(1).addAllOwned(CoordinatorRig.names("t-0", "t-1")));

        assertThat(rig.toldEpoch(3)).isEqualTo(2);
        assertThat(rig.told(2)).containsExactly("t-2", "t-3");
    }

    @Test
    void aFencedMemberCannotResume() {
        rig.join(1, joining(group, "a", "t"));
        rig.pass(CoordinatorRig.SESSION_MS);

        rig.join(2, joining(group, "a", "t").setMemberEpoch(1));

        assertThat(rig.end(2)).contains(ErrorReason.ERROR_REASON_UNKNOWN_MEMBER);
    }

    @Test
    void aSecondStreamOfAMemberEndsTheFirst() {
        rig.join(1, joining(group, "a", "t"));
        rig.join(2, joining(group, "a", "t").setMemberEpoch(1));

        assertThat(rig.end(1)).contains(ErrorReason.ERROR_REASON_STALE_MEMBER_EPOCH);
        rig.perform(rig.coordinator.onStreamGone(1, rig.now()));
        rig.heartbeat(2);
        assertThat(rig.streams.get(2L)).hasSize(3);
    }

    /** Or what it says to own, which is long past, would be believed: the member reads a partition that it seems to let go of. */
    @Test
    void aStreamThatWasGivenUpDoesNotTakeThePlaceOfALaterOne() {
        rig.join(1, attempt(1, 1));
        rig.join(3, attempt(1, 3).setMemberEpoch(1).addAllOwned(CoordinatorRig.names("t-0")));

        rig.join(2, attempt(1, 2).setMemberEpoch(1));

        assertThat(rig.end(2)).contains(ErrorReason.ERROR_REASON_STALE_MEMBER_EPOCH);
        assertThat(rig.end(1)).contains(ErrorReason.ERROR_REASON_STALE_MEMBER_EPOCH);
        rig.heartbeat(3);
        assertThat(rig.streams.get(3L)).hasSize(3);
        // The later one may be gone by then, too.
        rig.perform(rig.coordinator.onStreamGone(3, rig.now()));
        rig.join(2, attempt(1, 2).setMemberEpoch(1));
        assertThat(rig.end(2)).contains(ErrorReason.ERROR_REASON_STALE_MEMBER_EPOCH);
        // Another process counts from the beginning.
        rig.join(4, attempt(9, 1).setMemberEpoch(1));
        assertThat(rig.told(4)).hasSize(4);
    }

    private JoinGroup.Builder attempt(long process, long number) {
        return joining(group, "a", "t").setProcess(process).setAttempt(number);
    }

    @Test
    void whoLeavesIsOutAtOnce() {
        twoMembers();
        rig.perform(rig.coordinator.onLeave(1, LeaveGroup.getDefaultInstance(), rig.now()));
        rig.settle();

        assertThat(rig.end(1)).isEmpty();
        assertThat(rig.told(2)).hasSize(4);
    }

    @Test
    void aStaticMemberTakesOverWhatItHadUnderAnotherId() {
        rig.join(1, joining(group, "a1", "t").setInstanceId("a"));
        rig.join(2, joining(group, "b1", "t").setInstanceId("b"));
        rig.owned(1, 1, "t-0", "t-1");

        rig.join(3, joining(group, "a2", "t").setInstanceId("a"));

        assertThat(rig.end(1)).contains(ErrorReason.ERROR_REASON_FENCED_INSTANCE);
        assertThat(rig.told(3)).containsExactly("t-0", "t-1");
        assertThat(rig.told(2)).containsExactly("t-2", "t-3");
        rig.join(4, joining(group, "a1", "t").setInstanceId("a").setMemberEpoch(2));
        assertThat(rig.end(4)).contains(ErrorReason.ERROR_REASON_FENCED_INSTANCE);
    }

    /** The old holder had something to let go of. The new one never had it, so it is free at once. */
    @Test
    void aStaticMemberTakesOverInMidstOfARebalance() {
        rig.join(1, joining(group, "a1", "t").setInstanceId("a"));
        rig.join(2, joining(group, "b", "t"));

        rig.join(3, joining(group, "a2", "t").setInstanceId("a"));

        assertThat(rig.told(3)).containsExactly("t-0", "t-1");
        assertThat(rig.told(2)).containsExactly("t-2", "t-3");
    }

    @Test
    void aStaticMemberMayLeaveForAWhile() {
        rig.join(1, joining(group, "a1", "t").setInstanceId("a"));
        rig.join(2, joining(group, "b", "t"));
        rig.owned(1, 1, "t-0", "t-1");
        rig.perform(rig.coordinator.onLeave(
                1, LeaveGroup.newBuilder().setTemporarily(true).build(), rig.now()));
        rig.settle();
        assertThat(rig.end(1)).isEmpty();
        assertThat(rig.told(2)).hasSize(2);

        rig.pass(CoordinatorRig.SESSION_MS - 1);
        rig.heartbeat(2);
        rig.pass(1);
        assertThat(rig.told(2)).hasSize(4);
    }

    @Test
    void leavingAndComingBackUnderTheSameIdAreTwoSteps() {
        rig.join(1, joining(group, "a", "t"));
        // Holds the next changes together, since one proposal is under way.
        rig.send(2, joining(group, "b", "t"));
        rig.perform(rig.coordinator.onLeave(1, LeaveGroup.getDefaultInstance(), rig.now()));
        rig.send(3, joining(group, "a", "t"));
        rig.settle();

        assertThat(rig.open(3)).isTrue();
        assertThat(rig.record(group).members()).containsOnlyKeys("a", "b");
    }

    @Test
    void aFullGroupRefusesOneMore() {
        rig = new CoordinatorRig(new GroupSettings(1000, 10_000, 3000, 60_000, 1), 1);
        rig.topic("t", 4);
        rig.join(1, joining(group, "a1", "t").setInstanceId("a"));
        rig.join(2, joining(group, "b", "t"));
        assertThat(rig.end(2)).contains(ErrorReason.ERROR_REASON_GROUP_FULL);

        rig.join(3, joining(group, "a2", "t").setInstanceId("a"));
        assertThat(rig.told(3)).hasSize(4);
    }

    @Test
    void limitsMayChangeWhileMembersCome() {
        rig.topic("t", 4);
        rig.join(1, joining(group, "a", "t"));
        rig.join(2, joining(group, "b", "t"));

        rig.coordinator.limit(1000, 1);

        rig.join(3, joining(group, "c", "t"));
        assertThat(rig.end(3)).contains(ErrorReason.ERROR_REASON_GROUP_FULL);
        assertThat(rig.record(group).members()).containsOnlyKeys("a", "b");
        rig.coordinator.limit(1000, 3);
        rig.join(4, joining(group, "c", "t"));
        assertThat(rig.record(group).members()).containsOnlyKeys("a", "b", "c");
    }

    @Test
    void aMemberIsRemovedByCall() {
        rig.join(1, joining(group, "a", "t").setInstanceId("name"));
        var request = RemoveMemberRequest.newBuilder()
                .setGroupId(group)
                .setInstanceId("name")
                .build();
        rig.perform(rig.coordinator.onRemoveMember(7, request, rig.now()));
        rig.settle();
        rig.perform(rig.coordinator.onRemoveMember(8, request, rig.now()));

        rig.reply(7, RemoveMemberResponse.class);
        assertThat(rig.refusal(8)).isEqualTo(ErrorReason.ERROR_REASON_UNKNOWN_MEMBER);
        assertThat(rig.end(1)).contains(ErrorReason.ERROR_REASON_UNKNOWN_MEMBER);
    }

    @Test
    void newPartitionsAndTopicsAreAssigned() {
        rig.join(
                1, joining(group, "a").setSubscription(Subscription.newBuilder().setTopicPattern("t|news.*")));
        assertThat(rig.told(1)).hasSize(4);

        rig.quorum.accept(Command.newBuilder()
                .setAddPartitions(AddPartitions.newBuilder()
                        .setTopicId(UuidBytes.toBytes(CoordinatorRig.topicId("t")))
                        .setExpectedPartitions(4)
                        .addPartitions(Replicas.newBuilder().addBrokerIds(1))));
        rig.publish();
        rig.settle();
        assertThat(rig.told(1)).hasSize(5);

        rig.topic("news1", 2);
        assertThat(rig.told(1)).hasSize(7);
        rig.quorum.accept(Command.newBuilder()
                .setDeleteTopic(DeleteTopic.newBuilder().setTopicId(UuidBytes.toBytes(CoordinatorRig.topicId("t")))));
        rig.publish();
        rig.settle();
        assertThat(rig.told(1)).containsExactly("news1-0", "news1-1");
        assertThat(rig.record(group).epoch()).isEqualTo(4);
    }

    @Test
    void aMemberSubscribesToSomethingElse() {
        rig.topic("u", 1);
        rig.join(1, joining(group, "a", "t"));
        rig.perform(rig.coordinator.onSubscription(
                1, Subscription.newBuilder().addTopics("u").build(), rig.now()));
        rig.settle();
        assertThat(rig.told(1)).isEmpty();
        rig.owned(1, 1);

        assertThat(rig.told(1)).containsExactly("u-0");
        assertThat(rig.toldEpoch(1)).isEqualTo(2);
    }

    @Test
    void aPatternThatCostsTooMuchIsRefused() {
        rig.topic("a".repeat(60), 1);
        rig.join(
                1,
                joining(group, "a")
                        .setSubscription(Subscription.newBuilder().setTopicPattern("(?:(?:^){9999}){9999}.*")));

        assertThat(rig.end(1)).contains(ErrorReason.ERROR_REASON_INVALID_ARGUMENT);
    }

    private void twoMembers() {
        rig.join(1, joining(group, "a", "t"));
        rig.join(2, joining(group, "b", "t"));
    }
}
