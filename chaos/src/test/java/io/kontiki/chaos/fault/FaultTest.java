package io.kontiki.chaos.fault;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class FaultTest {
    private static boolean collides(Fault fault, Fault lasting, boolean sameBroker) {
        return fault.collidesWith(lasting, sameBroker);
    }

    @Test
    void oneProcessIsStruckOnceAtATime() {
        assertThat(collides(Fault.KILL, Fault.POWER_CUT, true)).isTrue();
        assertThat(collides(Fault.KILL, Fault.POWER_CUT, false)).isFalse();
        assertThat(collides(Fault.KILL, Fault.ISOLATE, true)).isFalse();
    }

    @Test
    void faultsOfAllProcessesStandAlone() {
        assertThat(collides(Fault.KILL_ALL, Fault.PAUSE, false)).isTrue();
        assertThat(collides(Fault.PAUSE, Fault.POWER_CUT_ALL, false)).isTrue();
        assertThat(collides(Fault.POWER_CUT_ALL, Fault.HALVES, false)).isFalse();
        assertThat(collides(Fault.POWER_CUT_ALL, Fault.CLOCK_AHEAD, true)).isFalse();
    }

    @Test
    void clocksAndLinksAreSetOnceForEachBroker() {
        assertThat(collides(Fault.CLOCK_BEHIND, Fault.CLOCK_AHEAD, true)).isTrue();
        assertThat(collides(Fault.CLOCK_BEHIND, Fault.CLOCK_AHEAD, false)).isFalse();
        assertThat(collides(Fault.SLOW_LINK, Fault.SLOW_LINK, true)).isTrue();
        assertThat(collides(Fault.SLOW_LINK, Fault.CLOCK_AHEAD, true)).isFalse();
    }

    @Test
    void operatorsDoOneThingOfAKindAtATime() {
        assertThat(collides(Fault.TOPIC, Fault.TOPIC, false)).isTrue();
        assertThat(collides(Fault.TOPIC, Fault.REASSIGN, true)).isFalse();
        assertThat(collides(Fault.TOPIC, Fault.KILL_ALL, true)).isFalse();
    }
}
