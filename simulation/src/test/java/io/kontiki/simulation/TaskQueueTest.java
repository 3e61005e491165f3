package io.kontiki.simulation;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.PriorityQueue;
import java.util.Random;
import org.junit.jupiter.api.Test;

class TaskQueueTest {
    private record Made(long atNanos, long number) {}

    private final TaskQueue queue = new TaskQueue();
    private final PriorityQueue<Made> model =
            new PriorityQueue<>(Comparator.comparingLong(Made::atNanos).thenComparingLong(Made::number));
    private final List<Long> ran = new ArrayList<>();

    @Test
    void tasksComeInTheOrderOfTheirTimesAndThenOfTheirMaking() {
        Random random = new Random(1);
        long made = 0;
        for (int step = 0; step < 20_000; step++) {
            // First it grows, at last it shrinks; few times, so that many are equal.
            if (random.nextInt(20_000) >= step) {
                add(random.nextInt(50), made++);
            } else if (!model.isEmpty()) {
                takeOne();
            }
        }
        while (!model.isEmpty()) {
            takeOne();
        }
        assertThat(queue.isEmpty()).isTrue();
        assertThat(made).isGreaterThan(5_000);
    }

    private void add(long atNanos, long number) {
        queue.add(atNanos, () -> ran.add(number));
        model.add(new Made(atNanos, number));
    }

    private void takeOne() {
        Made expected = model.remove();
        assertThat(queue.isEmpty()).isFalse();
        assertThat(new Made(queue.firstAtNanos(), queue.firstNumber())).isEqualTo(expected);
        queue.removeFirst().run();
        assertThat(ran.get(ran.size() - 1)).isEqualTo(expected.number());
    }

    @Test
    void randomNumbersAreThoseOfTheRandomThatThreadsShare() {
        for (long seed : new long[] {0, 1, -1, Long.MAX_VALUE}) {
            Random expected = new Random(seed);
            Random random = new SingleThreadRandom(seed);
            for (int i = 1; i < 1_000; i++) {
                assertThat(random.nextDouble()).isEqualTo(expected.nextDouble());
                assertThat(random.nextInt(i)).isEqualTo(expected.nextInt(i));
                assertThat(random.nextLong()).isEqualTo(expected.nextLong());
                assertThat(random.nextBoolean()).isEqualTo(expected.nextBoolean());
            }
        }
    }
}
