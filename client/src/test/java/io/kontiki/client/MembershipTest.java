package io.kontiki.client;

import static org.assertj.core.api.Assertions.assertThat;

import io.kontiki.client.Membership.Cancel;
import io.kontiki.client.Membership.Connect;
import io.kontiki.client.Membership.Effect;
import io.kontiki.client.Membership.Send;
import io.kontiki.client.Membership.State;
import io.kontiki.proto.v1.JoinRequest;
import io.kontiki.proto.v1.JoinResponse;
import io.kontiki.proto.v1.Joined;
import io.kontiki.proto.v1.MemberAssignment;
import io.kontiki.proto.v1.MemberHeartbeat;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.SplittableRandom;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class MembershipTest {
    private static final long SECOND = TimeUnit.SECONDS.toNanos(1);
    private static final long PROCESS = 77;

    private Membership membership = membership(settings());
    private final List<Effect> effects = new ArrayList<>();
    private long nowNanos = -5 * SECOND;
    private long link;

    private static Membership membership(GroupConfig settings) {
        return new Membership(settings, PROCESS, new Backoff(SECOND / 100, SECOND / 10, new SplittableRandom(1)));
    }

    static GroupConfig settings() {
        return settings(true);
    }

    private static GroupConfig settings(boolean rejoins) {
        return new GroupConfig(
                "g",
                "m",
                Optional.empty(),
                Optional.of(Assignor.RANGE),
                OptionalInt.of(10_000),
                OptionalInt.empty(),
                true,
                Duration.ofSeconds(5),
                "test",
                rejoins);
    }

    static TreeSet<TopicPartition> set(int... numbers) {
        var partitions = new TreeSet<TopicPartition>();
        for (int number : numbers) {
            partitions.add(new TopicPartition("t", number));
        }
        return partitions;
    }

    private void add(List<Effect> more) {
        effects.addAll(more);
        more.forEach(effect -> {
            if (effect instanceof Connect connect) {
                link = connect.link();
            }
        });
    }

    private List<Effect> take() {
        var taken = List.copyOf(effects);
        effects.clear();
        return taken;
    }

    private List<JoinRequest> sent() {
        return take().stream()
                .filter(Send.class::isInstance)
                .map(effect -> ((Send) effect).request())
                .toList();
    }

    private Connect connected() {
        return (Connect)
                take().stream().filter(Connect.class::isInstance).findFirst().orElseThrow();
    }

    private void pass(long nanos) {
        nowNanos += nanos;
        add(membership.onTick(nowNanos));
    }

    private void subscribe() {
        add(membership.onSubscribe(1, Subscription.to(List.of("t")), nowNanos));
    }

    private void joined(int epoch) {
        add(membership.onMessage(
                link,
                JoinResponse.newBuilder()
                        .setJoined(Joined.newBuilder()
                                .setMemberEpoch(epoch)
                                .setHeartbeatIntervalMs(3000)
                                .setSessionTimeoutMs(10_000))
                        .build(),
                nowNanos));
    }

    private void assigned(int epoch, int... partitions) {
        add(membership.onMessage(
                link,
                JoinResponse.newBuilder()
                        .setAssignment(MemberAssignment.newBuilder()
                                .setMemberEpoch(epoch)
                                .addAllPartitions(WireValues.byTopic(set(partitions))))
                        .build(),
                nowNanos));
    }

    private void heartbeat() {
        add(membership.onMessage(
                link,
                JoinResponse.newBuilder()
                        .setHeartbeat(MemberHeartbeat.getDefaultInstance())
                        .build(),
                nowNanos));
    }

    private void ends(ErrorReason reason) {
        add(membership.onLinkEnd(link, Optional.of(new KontikiException(reason, "test")), nowNanos));
    }

    private void applied() {
        var view = membership.view();
        add(membership.onApplied(view.life(), view.assignment().orElseThrow().number(), nowNanos));
    }

    private State state() {
        return membership.view().state();
    }

    private void member(int... partitions) {
        subscribe();
        joined(1);
        assigned(1, partitions);
        applied();
        effects.clear();
    }

    @Test
    void joinsWithWhatItWants() {
        subscribe();

        var join = connected().first().getJoin();
        assertThat(join.getMemberEpoch()).isZero();
        assertThat(join.getSubscription().getTopicsList()).containsExactly("t");
        assertThat(join.getAssignor()).isEqualTo(io.kontiki.proto.v1.Assignor.ASSIGNOR_RANGE);
        assertThat(state()).isEqualTo(State.JOINING);
        joined(1);
        assertThat(state()).isEqualTo(State.STABLE);
    }

    @Test
    void tellsOnceThatItHasLetGo() {
        member(0, 1, 2);
        assigned(1, 0);
        assertThat(state()).isEqualTo(State.REVOKING);
        assertThat(sent()).isEmpty();

        applied();

        var owned = sent().get(0).getOwned();
        assertThat(WireValues.partitions(owned.getPartitionsList())).isEqualTo(set(0));
        assertThat(owned.getMemberEpoch()).isEqualTo(1);
        assertThat(state()).isEqualTo(State.STABLE);
        assigned(2, 0, 5);
        applied();
        assertThat(sent()).isEmpty();
    }

    @Test
    void anAssignmentThatTheConsumerMayBeTakingCountsAsHeld() {
        member(0);
        assigned(1, 0, 1);
        long older = membership.view().assignment().orElseThrow().number();
        assigned(1, 0);
        assertThat(state()).isEqualTo(State.REVOKING);

        // The consumer has taken the first one meanwhile: it reads partition 1.
        add(membership.onApplied(membership.view().life(), older, nowNanos));
        assertThat(sent()).isEmpty();
        assertThat(state()).isEqualTo(State.REVOKING);
        applied();
        assertThat(sent()).hasSize(1);
    }

    @Test
    void takesItsPlaceAgainWithWhatItMayHold() {
        member(0, 1);
        assigned(1, 0);
        ends(ErrorReason.DISCONNECTED);
        pass(SECOND);

        var join = connected().first().getJoin();
        assertThat(join.getMemberEpoch()).isEqualTo(1);
        assertThat(WireValues.partitions(join.getOwnedList())).isEqualTo(set(0, 1));
        joined(1);
        assigned(1, 0);
        applied();
        assertThat(sent()).hasSize(1);
    }

    @Test
    void whatIsLetGoOfWithoutAStreamIsToldByTheJoin() {
        member(0, 1);
        assigned(1, 0);
        ends(ErrorReason.DISCONNECTED);
        applied();
        pass(SECOND);

        assertThat(WireValues.partitions(connected().first().getJoin().getOwnedList()))
                .isEqualTo(set(0));
        joined(1);
        assigned(1, 0);
        applied();
        assertThat(sent()).isEmpty();
    }

    @Test
    void sendsHeartbeatsAndLeavesAStreamThatDoesNotAnswer() {
        member(0);
        pass(3 * SECOND);
        assertThat(sent()).extracting(JoinRequest::hasHeartbeat).containsExactly(true);
        heartbeat();
        pass(3 * SECOND);
        assertThat(sent()).hasSize(1);
        assertThat(membership.nextDueNanos(nowNanos)).isEqualTo(5 * SECOND / 2);
        long heldUntil = membership.view().heldUntilNanos();

        pass(5 * SECOND / 2);

        assertThat(take()).anyMatch(Cancel.class::isInstance);
        pass(SECOND / 10);
        var again = connected().first().getJoin();
        assertThat(again.getMemberEpoch()).isEqualTo(1);
        assertThat(again.getProcess()).isEqualTo(PROCESS);
        assertThat(again.getAttempt()).as("later than the one before").isEqualTo(2);
        assertThat(state()).isEqualTo(State.STABLE);
        // Three more brokers fit into the session.
        assertThat(heldUntil - nowNanos).isGreaterThan(4 * SECOND);
    }

    /** It may have been fenced at that moment, and heard nothing. */
    @Test
    void aMemberWithoutAStreamReadsOnForAMomentOnly() {
        member(0);
        pass(SECOND);
        ends(ErrorReason.DISCONNECTED);
        long heldUntilNanos = nowNanos + 5 * SECOND / 2;
        assertThat(membership.view().heldUntilNanos()).isEqualTo(heldUntilNanos);
        pass(SECOND);
        ends(ErrorReason.NOT_COORDINATOR);
        assertThat(membership.view().heldUntilNanos()).isEqualTo(heldUntilNanos);

        pass(SECOND);
        joined(1);

        assertThat(membership.view().heldUntilNanos()).isEqualTo(nowNanos + 10 * SECOND);
    }

    @Test
    void aMemberThatIsNotAnsweredReadsNothingMore() {
        member(0);
        pass(3 * SECOND);
        pass(5 * SECOND / 2);

        assertThat(membership.view().heldUntilNanos()).isEqualTo(nowNanos);
    }

    @Test
    void aRelayThatHangsWhileResumingIsLeftWithinTheSession() {
        member(0);
        ends(ErrorReason.DISCONNECTED);
        pass(SECOND / 10);
        connected();

        pass(5 * SECOND / 2);

        assertThat(take()).anyMatch(Cancel.class::isInstance);
        pass(SECOND / 5);
        connected();
    }

    @Test
    void theSessionCountsFromTheSendingOfWhatWasAnswered() {
        member(0);
        pass(3 * SECOND);
        long sentNanos = nowNanos;
        pass(2 * SECOND);
        heartbeat();

        assertThat(membership.view().heldUntilNanos()).isEqualTo(sentNanos + 10 * SECOND);
    }

    @Test
    void joinsAnewOnlyOnceTheLossIsNoticed() {
        member(0);
        int life = membership.view().life();
        ends(ErrorReason.UNKNOWN_MEMBER);
        assertThat(state()).isEqualTo(State.FENCED);
        assertThat(membership.view().assignment()).isEmpty();
        pass(10 * SECOND);
        assertThat(take()).isEmpty();

        add(membership.onLossNoticed(life, nowNanos));
        assertThat(take()).isEmpty();
        add(membership.onLossNoticed(membership.view().life(), nowNanos));

        var join = connected().first().getJoin();
        assertThat(join.getMemberEpoch()).isZero();
        assertThat(join.getOwnedList()).isEmpty();
        // What an earlier life has applied counts no more.
        joined(3);
        assigned(3, 1);
        add(membership.onApplied(
                life, membership.view().assignment().orElseThrow().number(), nowNanos));
        assertThat(sent()).isEmpty();
    }

    @Test
    void anEpochThatFellIsAnotherMembership() {
        member(0);
        assigned(4, 0);
        ends(ErrorReason.DISCONNECTED);
        pass(SECOND);
        joined(2);

        assertThat(state()).isEqualTo(State.FENCED);
    }

    @Test
    void aRefusalForGoodIsNotTriedAgain() {
        member(0);
        ends(ErrorReason.FENCED_INSTANCE);
        take();
        pass(60 * SECOND);

        assertThat(take()).isEmpty();
        assertThat(state()).isEqualTo(State.UNJOINED);
        assertThat(membership.view().refusal().orElseThrow().last()).isTrue();
        subscribe();
        connected();
        assertThat(membership.view().refusal()).isEmpty();
    }

    /** Else two members under one id would fence each other for ever. */
    @Test
    void aMemberThatIsNotToRejoinMakesWay() {
        for (boolean joining : List.of(false, true)) {
            membership = membership(settings(false));
            if (joining) {
                subscribe();
            } else {
                member(0);
            }
            int life = membership.view().life();
            ends(ErrorReason.STALE_MEMBER_EPOCH);
            take();
            pass(60 * SECOND);

            assertThat(take()).isEmpty();
            assertThat(state()).isEqualTo(State.UNJOINED);
            assertThat(membership.view().life()).isNotEqualTo(life);
            assertThat(membership.view().refusal().orElseThrow().last()).isTrue();
        }
    }

    @Test
    void leavesAndJoinsAgainOnlyAfterwards() {
        member(0);
        add(membership.onLeave(false, nowNanos));
        assertThat(sent()).extracting(JoinRequest::hasLeave).containsExactly(true);
        subscribe();
        assertThat(take()).isEmpty();
        assertThat(state()).isEqualTo(State.LEAVING);

        add(membership.onLinkEnd(link, Optional.empty(), nowNanos));

        assertThat(connected().first().getJoin().getMemberEpoch()).isZero();
    }

    @Test
    void aLeaveThatNobodyHeardIsSaidToAnotherBrokerForAWhile() {
        member(0);
        add(membership.onLeave(false, nowNanos));
        take();
        ends(ErrorReason.DISCONNECTED);
        pass(SECOND / 2);
        assertThat(sent()).extracting(JoinRequest::hasLeave).containsExactly(true);

        pass(5 * SECOND);
        assertThat(state()).isEqualTo(State.UNJOINED);
    }

    @Test
    void messagesOfAnEarlierStreamAreNotHeard() {
        member(0);
        long earlier = link;
        ends(ErrorReason.DISCONNECTED);
        pass(SECOND);
        take();
        link = earlier;
        assigned(9, 0, 1);

        assertThat(membership.view().assignment().orElseThrow().partitions()).isEqualTo(set(0));
    }
}
