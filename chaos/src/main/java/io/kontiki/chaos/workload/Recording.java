package io.kontiki.chaos.workload;

import io.kontiki.chaos.history.Anomaly;
import io.kontiki.chaos.history.HistoryFile;
import io.kontiki.chaos.history.Operation;
import io.kontiki.chaos.history.Operation.Acks;
import io.kontiki.chaos.history.Operation.Noticed;
import io.kontiki.chaos.history.Operation.Send;
import io.kontiki.chaos.history.Outcome;
import io.kontiki.chaos.history.RecordId;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicLongArray;

/** Writes the history of a run, tells its time, and knows how far each partition is. Thread-safe. */
public final class Recording {
    private final HistoryFile file;
    private final long startNanos = System.nanoTime();
    private final AtomicLong noticed = new AtomicLong();
    private final AtomicLong acknowledged = new AtomicLong();

    /** Sends that were not acknowledged, by producer. */
    private final Map<Integer, AtomicLong> failures = new ConcurrentHashMap<>();

    /** By partition: the latest invocation of a send that was acknowledged with acks=all. */
    private final AtomicLongArray lastServed;

    public Recording(HistoryFile file, int partitions) {
        this.file = file;
        lastServed = new AtomicLongArray(partitions);
    }

    /** Nanoseconds since the run began. */
    public long now() {
        return System.nanoTime() - startNanos;
    }

    public void write(Operation operation) {
        if (operation instanceof Send send) {
            count(send);
        }
        file.write(operation);
    }

    private void count(Send send) {
        RecordId id = send.id();
        if (send.outcome() != Outcome.OK) {
            failures.computeIfAbsent(id.producer(), producer -> new AtomicLong())
                    .incrementAndGet();
            return;
        }
        acknowledged.incrementAndGet();
        if (send.acks() == Acks.ALL) {
            lastServed.accumulateAndGet(id.partition(), send.invoked(), Math::max);
        }
    }

    /** How many sends of a producer were not acknowledged. */
    long failures(int producer) {
        return failures.getOrDefault(producer, new AtomicLong()).get();
    }

    /** Notes what is wrong by itself. */
    public void notice(Anomaly anomaly, String detail) {
        noticed.incrementAndGet();
        write(new Noticed(anomaly, now(), detail));
    }

    /** How often something was noticed to be wrong. */
    public long noticed() {
        return noticed.get();
    }

    public long acknowledged() {
        return acknowledged.get();
    }

    /** Whether each partition acknowledged a record that was sent since then. */
    public boolean allServedSince(long nanos) {
        for (int partition = 0; partition < lastServed.length(); partition++) {
            if (lastServed.get(partition) < nanos) {
                return false;
            }
        }
        return true;
    }
}
