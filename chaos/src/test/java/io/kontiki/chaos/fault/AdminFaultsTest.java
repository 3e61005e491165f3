package io.kontiki.chaos.fault;

import static org.assertj.core.api.Assertions.assertThat;

import io.kontiki.chaos.history.Operation;
import java.util.Map;
import org.junit.jupiter.api.Test;

class AdminFaultsTest {
    /** Else a run that lost what was flushed would be called clean. */
    @Test
    void nothingCanBeGivenUpWhereAnAcknowledgementMeansAFlush() {
        Map<Integer, Long> ends = Map.of(0, 7L);

        assertThat(AdminFaults.givenUp(ends, "os")).containsExactly(new Operation.GivenUp(0, 7, 0));
        assertThat(AdminFaults.givenUp(ends, "ack")).isEmpty();
    }
}
