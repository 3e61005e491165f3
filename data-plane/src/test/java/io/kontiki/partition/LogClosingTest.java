package io.kontiki.partition;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

class LogClosingTest {
    @Test
    void progressIsToldNowAndThenAndAllAreTried() {
        var clock = new AtomicLong();
        var told = new ArrayList<String>();
        var closing = new LogClosing(clock::get, (done, all) -> told.add(done + "/" + all));

        var failed = closing.failed(List.of(1, 2, 3, 4, 5), number -> {
            clock.addAndGet(LogClosing.TELL_NANOS / 2);
            return number % 2 == 1;
        });

        assertThat(failed).containsExactly(2, 4);
        assertThat(told).containsExactly("2/5", "4/5");
    }
}
