package io.kontiki.quickstart;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.LongSupplier;

/**
 * What was sent, what was acknowledged and where, what was refused, and when. Any thread may call; every method is short.
 */
final class History {
    /** What a producer was told of one record. */
    sealed interface Outcome permits Pending, Acked, Failed {}

    /** No answer yet. */
    record Pending() implements Outcome {}

    /** Stored, says the cluster; the offset is not told for a repeated batch that was stored too long ago. */
    record Acked(int partition, OptionalLong offset) implements Outcome {}

    /** Given up by the client; it may be stored or not. */
    record Failed(String message) implements Outcome {}

    private static final Outcome PENDING = new Pending();

    private final LongSupplier nanoClock;
    private final List<Line> sent = new ArrayList<>();
    private final List<Outcome> outcomes = new ArrayList<>();
    private long lastAckNanos;
    private long longestGapNanos;
    private int acked;
    private int failed;
    private String firstFailure;

    /** @param nanoClock monotonic, in nanoseconds */
    History(LongSupplier nanoClock) {
        this.nanoClock = nanoClock;
    }

    /** To be called in the order of {@link Line#index()}, before the line is handed to the producer. */
    synchronized void onSend(Line line) {
        if (line.index() != sent.size()) {
            throw new IllegalArgumentException("line " + line.index() + " sent as number " + sent.size());
        }
        sent.add(line);
        outcomes.add(PENDING);
    }

    synchronized void onAck(int index, int partition, OptionalLong offset) {
        long now = nanoClock.getAsLong();
        if (acked > 0) {
            longestGapNanos = Math.max(longestGapNanos, now - lastAckNanos);
        }
        lastAckNanos = now;
        acked++;
        settle(index, new Acked(partition, offset));
    }

    synchronized void onFailure(int index, String message) {
        failed++;
        if (firstFailure == null) {
            firstFailure = message;
        }
        settle(index, new Failed(message));
    }

    private void settle(int index, Outcome outcome) {
        if (outcomes.get(index) != PENDING) {
            throw new IllegalStateException(
                    "line " + index + " was answered twice: " + outcomes.get(index) + ", " + outcome);
        }
        outcomes.set(index, outcome);
    }

    synchronized int sent() {
        return sent.size();
    }

    synchronized int acked() {
        return acked;
    }

    synchronized int failed() {
        return failed;
    }

    /** Lines without an answer yet. */
    synchronized int pending() {
        return sent.size() - acked - failed;
    }

    synchronized Optional<String> firstFailure() {
        return Optional.ofNullable(firstFailure);
    }

    /** Longest time between two acknowledgements, 0 with fewer than two. */
    synchronized long longestGapNanos() {
        return longestGapNanos;
    }

    /** Partitions with an acknowledged line whose index is at least {@code fromIndex}. */
    synchronized Set<Integer> partitionsAckedFrom(int fromIndex) {
        Set<Integer> partitions = new TreeSet<>();
        for (Outcome outcome : outcomes.subList(fromIndex, outcomes.size())) {
            if (outcome instanceof Acked ack) {
                partitions.add(ack.partition());
            }
        }
        return partitions;
    }

    synchronized Line line(int index) {
        return sent.get(index);
    }

    synchronized Outcome outcome(int index) {
        return outcomes.get(index);
    }
}
