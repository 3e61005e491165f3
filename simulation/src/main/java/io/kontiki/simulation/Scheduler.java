package io.kontiki.simulation;

import java.util.Random;

/** Virtual time and the one source of chance: tasks run in the order of their time, ties in the order of their making. */
final class Scheduler {
    static final long MILLI = 1_000_000L;

    private final TaskQueue tasks = new TaskQueue();
    private final Random random;
    private long nowNanos;
    private long digest;

    Scheduler(long seed) {
        this.random = new SingleThreadRandom(seed);
    }

    long now() {
        return nowNanos;
    }

    long nowMillis() {
        return nowNanos / MILLI;
    }

    /** From {@code low}, inclusive, to {@code high}, inclusive. */
    long draw(long low, long high) {
        return low + (long) (random.nextDouble() * (high - low + 1));
    }

    boolean chance(double probability) {
        return random.nextDouble() < probability;
    }

    Random random() {
        return random;
    }

    void after(long delayNanos, Runnable action) {
        tasks.add(nowNanos + delayNanos, action);
    }

    void afterMillis(long low, long high, Runnable action) {
        after(draw(low * MILLI, high * MILLI), action);
    }

    /** Makes something that happened part of what two equal runs must share. */
    void trace(long happened) {
        digest = (digest ^ happened) * 0x100000001b3L;
        digest ^= digest >>> 29;
    }

    /** Of all that happened. */
    long digest() {
        return digest;
    }

    /** Runs the next task, if there is one before {@code untilNanos}; otherwise time becomes {@code untilNanos}. */
    boolean step(long untilNanos) {
        if (tasks.isEmpty() || tasks.firstAtNanos() > untilNanos) {
            nowNanos = untilNanos;
            return false;
        }
        nowNanos = tasks.firstAtNanos();
        trace(nowNanos ^ tasks.firstNumber());
        tasks.removeFirst().run();
        return true;
    }
}
