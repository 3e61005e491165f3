package io.kontiki.simulation;

import static org.assertj.core.api.Assertions.assertThat;

import io.kontiki.metadata.FlushMode;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Many faults of one kind, or of all: S54, S56 and S60 of the fault catalogue. */
class LongScenarioSimTest {
    private static final long SWARM_MILLIS = 20_000;
    private static final long HOUR_MILLIS = 3_600_000;

    /** Each node stops in order and starts again, fifty times in all, under load that must not notice. */
    @ParameterizedTest
    @EnumSource
    void s54RollingRestartsAreCleanAndSurfaceNoError(FlushMode mode) {
        Scenario scenario = new Scenario(mode);
        for (int round = 0; round < 50; round++) {
            int node = 1 + round % 3;
            scenario.node(node).stopInOrder();
            scenario.await("a leader", () -> scenario.cluster().leader().isPresent())
                    .write(2);
            scenario.start(node).awaitHealed();
            assertThat(scenario.record().lastKnown()).isEmpty();
        }
        assertThat(scenario.acknowledged()).isEqualTo(100);
        // All at once: only an orderly stop lets the last of them lead again.
        scenario.node(1).stopInOrder();
        scenario.awaitIsr(2, 3).node(2).stopInOrder();
        scenario.awaitIsr(3).node(3).stopInOrder();
        scenario.awaitNoLeader().start(1, 2, 3).awaitHealed();
        assertThat(scenario.count(Event.REFUSED_CLAIM)).isZero();
        scenario.healAndCheck();
    }

    /** The wall clock of each node jumps by an hour, there and back. */
    @ParameterizedTest
    @EnumSource
    void s56JumpsOfTheClockChangeNothing(FlushMode mode) {
        Scenario scenario = new Scenario(mode).produce(9, 0);
        long offset = scenario.end(1) - 1;
        for (int node = 1; node <= 3; node++) {
            for (long jump : new long[] {HOUR_MILLIS, -HOUR_MILLIS, 0}) {
                scenario.node(node).setClock(jump);
                scenario.runFor(2_000).write(3);
            }
        }
        assertThat(scenario.record().leaderEpoch()).isZero();
        assertThat(scenario.isr()).containsExactly(1, 2, 3);
        assertThat(scenario.produced(9, 0)).isEqualTo(offset);
        scenario.healAndCheck();
    }

    @Test
    void s60MixedSwarmKeepsThePromises() {
        for (long seed = 1; seed <= 10; seed++) {
            assertThat(new Simulation(seed, SimulationOptions.drawn(seed, SWARM_MILLIS)).run())
                    .isPositive();
        }
    }
}
