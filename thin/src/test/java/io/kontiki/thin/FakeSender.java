package io.kontiki.thin;

import io.kontiki.client.ProducerRecord;
import io.kontiki.client.RecordMetadata;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;
import java.util.concurrent.CompletableFuture;

/** Takes records and settles them when the test says so. Thread-safe. */
final class FakeSender implements RecordSender {
    private final List<ProducerRecord> records = new ArrayList<>();
    private final List<CompletableFuture<RecordMetadata>> outcomes = new ArrayList<>();
    private boolean atOnce;

    /** From now on each record is stored as it comes. */
    synchronized FakeSender storeAtOnce() {
        atOnce = true;
        return this;
    }

    @Override
    public CompletableFuture<RecordMetadata> send(ProducerRecord record) {
        var outcome = new CompletableFuture<RecordMetadata>();
        int index;
        boolean store;
        synchronized (this) {
            index = records.size();
            records.add(record);
            outcomes.add(outcome);
            store = atOnce;
        }
        if (store) {
            store(index);
        }
        return outcome;
    }

    synchronized int count() {
        return records.size();
    }

    synchronized List<ProducerRecord> records() {
        return List.copyOf(records);
    }

    /** The record of this number is stored, at partition 3 and as many offsets above 100. */
    void store(int index) {
        outcome(index).complete(new RecordMetadata("t", 3, OptionalLong.of(100L + index), 0));
    }

    void fail(int index, Throwable failure) {
        outcome(index).completeExceptionally(failure);
    }

    private synchronized CompletableFuture<RecordMetadata> outcome(int index) {
        return outcomes.get(index);
    }
}
