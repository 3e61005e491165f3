package io.kontiki.cli;

import io.kontiki.cli.output.ProgressBar;
import io.kontiki.client.KontikiException;
import io.kontiki.client.Producer;
import io.kontiki.client.ProducerRecord;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;

/**
 * Sends a load and counts what becomes of it. One thread sends; the producer's tell of the answers. Memory is bounded by
 * the producer's buffer, which makes the sending wait.
 */
final class PerfSending {
    /** The value of a record. */
    interface Value {
        /** @param dueNanos when it was to be sent, by the clock of {@link System#nanoTime} */
        byte[] of(long number, long dueNanos);
    }

    private static final long LONGEST_PARK_NANOS = TimeUnit.MILLISECONDS.toNanos(100);

    private final Producer producer;
    private final String topic;
    private final PerfLoad load;
    private final Value value;
    private final SendTally tally = new SendTally();
    private final LatencyHistogram latencies = new LatencyHistogram();
    private long nanos;

    PerfSending(Producer producer, String topic, PerfLoad load, Value value) {
        this.producer = producer;
        this.topic = topic;
        this.load = load;
        this.value = value;
    }

    /** Sends until the load ends, a record fails or the end is asked for, and waits until all is settled. */
    void sendAll(Pace pace, BooleanSupplier endAsked, ProgressBar bar) {
        long number = 0;
        while (tally.firstRefusal().isEmpty() && awaitDue(number, pace, endAsked)) {
            send(number, pace.dueNanos(number, System.nanoTime()));
            number++;
            bar.update(number, tally.sentBytes());
        }
        producer.flush();
        nanos = System.nanoTime() - pace.startNanos();
        bar.clear();
    }

    /** Returns whether the record is to be sent. */
    private boolean awaitDue(long number, Pace pace, BooleanSupplier endAsked) {
        while (!endAsked.getAsBoolean()) {
            long now = System.nanoTime();
            if (!load.goesOn(number, now - pace.startNanos())) {
                return false;
            }
            long left = pace.dueNanos(number, now) - now;
            if (left <= 0) {
                return true;
            }
            LockSupport.parkNanos(Math.min(left, LONGEST_PARK_NANOS));
        }
        return false;
    }

    private void send(long number, long dueNanos) {
        byte[] bytes = value.of(number, dueNanos);
        tally.onSent(bytes.length);
        producer.send(ProducerRecord.of(topic, bytes)).whenComplete((stored, failure) -> {
            if (failure == null) {
                latencies.record(System.nanoTime() - dueNanos);
            }
            tally.onSettled(number + 1, failure);
        });
    }

    long acknowledged() {
        return tally.acknowledged();
    }

    long failed() {
        return tally.failed();
    }

    /** Of all values that were sent. */
    long sentBytes() {
        return tally.sentBytes();
    }

    /** From the start to the last answer. */
    long nanos() {
        return nanos;
    }

    /** From when a record was due to its acknowledgement. */
    LatencyHistogram.Summary latencies() {
        return latencies.summary();
    }

    /**
     * Tells of a record that failed, if that was all: then nothing was measured.
     *
     * @throws KontikiException or {@link Failure}, as {@link #requireAllStored} does
     */
    void requireSomeStored() {
        if (tally.acknowledged() == 0) {
            requireAllStored();
        }
    }

    /**
     * Tells of a record that failed.
     *
     * @throws KontikiException if none was stored
     * @throws Failure if some were
     */
    void requireAllStored() {
        var refusal = tally.firstRefusal();
        if (refusal.isEmpty()) {
            return;
        }
        Throwable cause = refusal.get().cause();
        if (tally.acknowledged() == 0 && cause instanceof KontikiException refused) {
            throw refused;
        }
        throw new Failure(
                tally.acknowledged() == 0 ? ExitCode.FAILED : ExitCode.PARTLY_DONE,
                "record " + refusal.get().line() + ": " + cause.getMessage(),
                tally.acknowledged() + " records are stored and " + tally.failed() + " failed; it stopped there.",
                cause);
    }
}
