package io.kontiki.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class StopSignalTest {
    private final StopSignal stop = new StopSignal();
    private final List<String> done = new ArrayList<>();

    @Test
    void runsActionsOnceTheLastFirst() {
        stop.onRequest(() -> done.add("first"));
        stop.onRequest(() -> done.add("second"));
        assertThat(stop.requested()).isFalse();

        stop.request();
        stop.request();

        assertThat(stop.requested()).isTrue();
        assertThat(done).containsExactly("second", "first");
    }

    @Test
    void runsAnActionThatComesTooLateAtOnce() {
        stop.request();
        stop.onRequest(() -> done.add("late"));

        assertThat(done).containsExactly("late");
    }
}
