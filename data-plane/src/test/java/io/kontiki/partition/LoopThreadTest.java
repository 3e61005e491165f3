package io.kontiki.partition;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongConsumer;
import org.junit.jupiter.api.Test;

class LoopThreadTest {
    private static final int EVENTS = 5_000;

    /** Rule E4: all that arrived in a pause comes before the timers that fired in it. */
    @Test
    void ticksAfterWhatArrivedBeforeIt() throws Exception {
        var nanos = new AtomicLong();
        var handled = new AtomicInteger();
        var handledAtTick = new CompletableFuture<Integer>();
        var paused = new CountDownLatch(1);
        var resumed = new CountDownLatch(1);
        try (var loop = new LoopThread("loop", 2 * EVENTS, TimeUnit.HOURS.toNanos(1), nanos::get, (l, defect) -> {})) {
            loop.execute(() -> {
                loop.addTicker(now -> handledAtTick.complete(handled.get()));
                paused.countDown();
                await(resumed);
            });
            paused.await();
            for (int i = 0; i < EVENTS; i++) {
                loop.execute(handled::incrementAndGet);
            }
            nanos.set(TimeUnit.HOURS.toNanos(2));
            resumed.countDown();

            assertThat(handledAtTick.get(10, TimeUnit.SECONDS)).isEqualTo(EVENTS);
        }
    }

    @Test
    void tickersComeAndGoWhileItTicks() throws Exception {
        var second = new AtomicInteger();
        var ticksAfter = new AtomicInteger();
        var enough = new CountDownLatch(1);
        try (var loop = new LoopThread("loop", 10, 1, System::nanoTime, (l, defect) -> {})) {
            LongConsumer later = now -> second.incrementAndGet();
            loop.execute(() -> loop.addTicker(new LongConsumer() {
                @Override
                public void accept(long now) {
                    loop.addTicker(later);
                    loop.removeTicker(this);
                }
            }));
            loop.execute(() -> loop.addTicker(now -> {
                if (second.get() >= 3 && ticksAfter.getAndIncrement() == 0) {
                    loop.removeTicker(later);
                }
                if (ticksAfter.get() == 10) {
                    enough.countDown();
                }
            }));

            assertThat(enough.await(10, TimeUnit.SECONDS)).isTrue();
            assertThat(second.get()).isBetween(3, 4);
        }
    }

    private static void await(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
