package io.kontiki.group;

import static io.kontiki.group.CoordinatorRig.joining;
import static org.assertj.core.api.Assertions.assertThat;

import io.kontiki.proto.v1.ErrorReason;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Coordinators that come, go, lose the quorum, and do not know what became of a proposal (rule C1). */
class CoordinatorChangeTest {
    private final CoordinatorRig rig = CoordinatorRig.alone();
    private final String group = rig.group();

    @BeforeEach
    void createTopic() {
        rig.topic("t", 2);
    }

    /** A member that owns all, on stream 1. */
    private void oneMember() {
        rig.join(1, joining(group, "a", "t"));
    }

    /** The outcome of the first proposal does not arrive. */
    private Effect.Propose lostProposal() {
        rig.send(1, joining(group, "a", "t"));
        var lost = rig.proposals.remove();
        rig.outcome(lost, CoordinatorRig.unknown(), 0);
        return lost;
    }

    @Test
    void aSlotThatMovesAwayEndsItsStreams() {
        oneMember();

        rig.quorum.fence(1);
        rig.publish();

        assertThat(rig.end(1)).contains(ErrorReason.ERROR_REASON_NOT_COORDINATOR);
        rig.join(2, joining(group, "a", "t").setMemberEpoch(1));
        assertThat(rig.end(2)).contains(ErrorReason.ERROR_REASON_NOT_COORDINATOR);
        rig.quorum.unfence(1);
        rig.publish();
        rig.join(3, joining(group, "a", "t").setMemberEpoch(1));
        assertThat(rig.told(3)).hasSize(2);
    }

    /** And the one before may have told members that they live, as long as it had a lease. */
    @Test
    void sessionsBeginAnewWithTheirCoordinator() {
        oneMember();
        rig.pass(CoordinatorRig.SESSION_MS - 1000);
        rig.quorum.fence(1);
        rig.publish();
        rig.quorum.unfence(1);
        rig.publish();

        rig.pass(CoordinatorRig.SESSION_MS + GroupSettings.DEFAULTS.brokerSessionMs() - 1);
        assertThat(rig.record(group).members()).hasSize(1);
        rig.pass(1);
        assertThat(rig.record(group).members()).isEmpty();
    }

    @Test
    void aCoordinatorMakesUpForTopicsThatGrewWhileThereWasNone() {
        rig.join(1, joining(group, "a", "t", "u"));
        rig.create("u", 1);
        rig.quorum.fence(1);
        rig.quorum.unfence(1);
        assertThat(rig.record(group).member("a").orElseThrow().target()).hasSize(2);

        rig.publish();
        rig.settle();

        assertThat(rig.record(group).member("a").orElseThrow().target()).hasSize(3);
    }

    @Test
    void whatADeposedCoordinatorProposesIsVoid() {
        rig.send(1, joining(group, "a", "t"));
        rig.quorum.fence(1);

        var reply = rig.applyNext();

        assertThat(reply.getReason()).isEqualTo(ErrorReason.ERROR_REASON_NOT_COORDINATOR);
        assertThat(rig.open(1)).isTrue();
        rig.publish();
        assertThat(rig.end(1)).contains(ErrorReason.ERROR_REASON_NOT_COORDINATOR);
    }

    @Test
    void aProposalOfUnknownOutcomeIsMadeAgain() {
        lostProposal();
        assertThat(rig.proposals).isEmpty();

        rig.pass(200);

        assertThat(rig.told(1)).hasSize(2);
        assertThat(rig.record(group).epoch()).isEqualTo(1);
    }

    @Test
    void aProposalOfUnknownOutcomeThatWasAppliedIsNotAppliedTwice() {
        var lost = lostProposal();
        rig.quorum.apply(lost.command());

        rig.pass(200);
        rig.publish();
        rig.pass(200);

        assertThat(rig.told(1)).hasSize(2);
        assertThat(rig.record(group).epoch()).isEqualTo(1);
    }

    /** It would count on its session, while the fence is on its way and its partitions go to others. */
    @Test
    void whoIsToBeFencedIsNotToldThatItLives() {
        var rig = CoordinatorRig.alone();
        var group = rig.group();
        rig.topic("t", 2);
        rig.join(1, joining(group, "a", "t"));
        int before = rig.streams.get(1L).size();
        rig.passUnsettled(CoordinatorRig.SESSION_MS);
        assertThat(rig.proposals).hasSize(1);

        rig.heartbeat(1);
        assertThat(rig.streams.get(1L)).hasSize(before);
        rig.outcome(rig.proposals.remove(), CoordinatorRig.unknown(), 0);
        rig.heartbeat(1);
        assertThat(rig.streams.get(1L)).hasSize(before);

        rig.pass(200);
        assertThat(rig.end(1)).contains(ErrorReason.ERROR_REASON_UNKNOWN_MEMBER);
    }

    @Test
    void withoutALeaseNobodyIsAnswered() {
        oneMember();
        rig.passWithoutLease(2400);
        int before = rig.streams.get(1L).size();

        rig.heartbeat(1);
        assertThat(rig.streams.get(1L)).hasSize(before);
        rig.join(2, joining(group, "b", "t"));
        assertThat(rig.end(2)).contains(ErrorReason.ERROR_REASON_LEASE_EXPIRED);
        rig.commit(5, group, "a", 1, "t-0", 3);
        assertThat(rig.refusal(5)).isEqualTo(ErrorReason.ERROR_REASON_LEASE_EXPIRED);

        rig.passWithoutLease(2999);
        assertThat(rig.open(1)).isTrue();
        rig.passWithoutLease(1);
        assertThat(rig.end(1)).contains(ErrorReason.ERROR_REASON_LEASE_EXPIRED);
    }

    @Test
    void aLeaseThatComesBackGivesEverybodyAFullSession() {
        oneMember();
        rig.passWithoutLease(3600_000);
        rig.pass(0);
        assertThat(rig.record(group).members()).hasSize(1);

        rig.join(2, joining(group, "a", "t").setMemberEpoch(1));
        assertThat(rig.told(2)).hasSize(2);
    }
}
