package io.kontiki.simulation.campaign;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class ShrinkingTest {
    private final List<Integer> all = IntStream.range(0, 100).boxed().toList();

    @Test
    void leavesWhatTheFailureNeeds() {
        assertThat(Shrinking.shrink(all, some -> some.containsAll(List.of(3, 42, 99))))
                .containsExactly(3, 42, 99);
    }

    @Test
    void leavesNothingIfItFailsWithoutAnyFault() {
        assertThat(Shrinking.shrink(all, some -> true)).isEmpty();
    }

    @Test
    void keepsAllIfEachIsNeeded() {
        assertThat(Shrinking.shrink(all, all::equals)).isEqualTo(all);
    }
}
