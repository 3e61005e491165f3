package io.kontiki.controller;

import static org.assertj.core.api.Assertions.assertThat;

import io.kontiki.metadata.command.TestQuorum;
import io.kontiki.proto.internal.v1.Command;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Leadership goes back to preferred replicas (rule M8): looked at each second, five seconds after a start. */
class LeaderBalanceTest {
    private static final int TOPICS = LeaderBalance.MOVES_MAX + 5;

    private final List<UUID> topics = new ArrayList<>();
    private TestQuorum quorum;
    private LeaderBalance balance;
    private long millis;

    @BeforeEach
    void preferOne() {
        quorum = TestQuorum.withBrokers(1, 2, 3);
        for (int number = 1; number <= TOPICS; number++) {
            topics.add(quorum.topic(number, List.of(1, 2, 3), Map.of()));
        }
        balance = new LeaderBalance(new ControllerConfig.Rebalance(true, 1_000, 5_000), now());
    }

    private Now now() {
        return new Now(0, millis * 1_000_000);
    }

    /** Passes in ticks of 100 ms, of which each may move leaders; returns how many each of those moved. */
    private List<Integer> pass(long duration) {
        var moved = new ArrayList<Integer>();
        for (long end = millis + duration; millis < end; ) {
            millis += 100;
            balance.onTick(quorum.image(), now()).ifPresent(elect -> {
                moved.add(elect.getPartitionsCount());
                quorum.accept(Command.newBuilder().setElectPreferred(elect));
            });
        }
        return moved;
    }

    private long ledByOne() {
        return topics.stream()
                .filter(topic -> quorum.partition(topic).leader() == 1)
                .count();
    }

    private void restartOne() {
        quorum.fence(1);
        pass(200);
        quorum.unfence(1);
    }

    @Test
    void leadershipReturnsInSmallPartsOnceTheBrokerHasServedForAWhile() {
        restartOne();
        topics.forEach(topic -> quorum.alterIsr(topic, 1, 2, 3));
        assertThat(ledByOne()).isZero();
        assertThat(pass(4_900)).isEmpty();
        assertThat(pass(1_200)).containsExactly(LeaderBalance.MOVES_MAX);
        assertThat(pass(5_000)).containsExactly(5);
        assertThat(ledByOne()).isEqualTo(TOPICS);
    }

    @Test
    void replicaThatIsNotInSyncDoesNotLead() {
        restartOne();
        assertThat(pass(20_000)).isEmpty();
        quorum.alterIsr(topics.get(0), 1, 2, 3);
        assertThat(pass(1_100)).containsExactly(1);
    }

    @Test
    void brokerThatWasFencedAgainWaitsAnew() {
        restartOne();
        topics.forEach(topic -> quorum.alterIsr(topic, 1, 2, 3));
        pass(4_500);
        restartOne();
        quorum.alterIsr(topics.get(0), 1, 2, 3);
        assertThat(pass(4_900)).isEmpty();
        assertThat(pass(1_200)).containsExactly(1);
    }

    @Test
    void nothingIsMovedIfThatIsTurnedOff() {
        balance = new LeaderBalance(new ControllerConfig.Rebalance(false, 1_000, 5_000), now());
        restartOne();
        topics.forEach(topic -> quorum.alterIsr(topic, 1, 2, 3));
        millis += 60_000;
        assertThat(balance.onTick(quorum.image(), now())).isEqualTo(Optional.empty());
    }
}
