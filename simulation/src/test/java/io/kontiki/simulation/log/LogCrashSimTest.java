package io.kontiki.simulation.log;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;

/**
 * Crash consistency. {@code -Dsim.seed=N} replays one run, {@code -Dsim.minutes=N} goes on for so long with seeds that no
 * run before had; {@code simulation/run crash} does both.
 */
class LogCrashSimTest {
    private static final int SEEDS = Integer.getInteger("sim.seeds", 150);
    private static final long MINUTES = Long.getLong("sim.minutes", 0);
    private static final Long SEED = Long.getLong("sim.seed");

    private final AtomicLong points = new AtomicLong();

    @Test
    void whatWasFlushedSurvivesAPowerCutAtAnyPoint() {
        if (SEED != null) {
            run(SEED);
        } else if (MINUTES > 0) {
            runFor(TimeUnit.MINUTES.toNanos(MINUTES));
        } else {
            LongStream.rangeClosed(1, SEEDS).parallel().forEach(this::run);
            assertThat(points.get()).isGreaterThan(400L * SEEDS);
        }
        System.out.println(points + " crash points");
    }

    private void runFor(long nanos) {
        long start = System.nanoTime();
        long first = System.currentTimeMillis();
        LongStream.iterate(first, seed -> System.nanoTime() - start < nanos, seed -> seed + 1)
                .parallel()
                .forEach(this::run);
    }

    private void run(long seed) {
        CrashRun run = new CrashRun(seed);
        run.run();
        points.addAndGet(run.points());
    }
}
