package io.kontiki.simulation;

import java.util.PriorityQueue;
import java.util.Random;

/** Virtual time and the one source of chance: tasks run in the order of their time, ties in the order of their making. */
final class Scheduler {
    static final long MILLI = 1_000_000L;

    private record Task(long atNanos, long number, Runnable action) implements Comparable<Task> {
        @Override
        public int compareTo(Task other) {
            int byTime = Long.compare(atNanos, other.atNanos);
            return byTime != 0 ? byTime : Long.compare(number, other.number);
        }
    }

    private final PriorityQueue<Task> tasks = new PriorityQueue<>();
    private final Random random;
    private long nowNanos;
    private long made;
    private long digest;

    Scheduler(long seed) {
        this.random = new Random(seed);
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
        tasks.add(new Task(nowNanos + delayNanos, made++, action));
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
        Task next = tasks.peek();
        if (next == null || next.atNanos > untilNanos) {
            nowNanos = untilNanos;
            return false;
        }
        tasks.poll();
        nowNanos = next.atNanos;
        trace(next.atNanos ^ next.number);
        next.action.run();
        return true;
    }
}
