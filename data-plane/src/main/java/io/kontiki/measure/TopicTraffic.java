package io.kontiki.measure;

import java.util.concurrent.atomic.LongAdder;

/** What went in and out of one topic on one broker. Thread-safe. */
public final class TopicTraffic {
    private final Traffic all;
    private final LongAdder receivedBytes = new LongAdder();
    private final LongAdder receivedRecords = new LongAdder();
    private final LongAdder duplicateBatches = new LongAdder();
    private final LongAdder sentBytes = new LongAdder();

    TopicTraffic(Traffic all) {
        this.all = all;
    }

    /** That of all topics together. */
    public Traffic all() {
        return all;
    }

    /** A batch of a producer was appended. */
    public void onAppended(int bytes, int records) {
        receivedBytes.add(bytes);
        receivedRecords.add(records);
    }

    /** A batch of a producer was there already. */
    public void onDuplicate() {
        duplicateBatches.increment();
    }

    /** Batches were read for a consumer. */
    public void onRead(int bytes) {
        sentBytes.add(bytes);
    }

    public long receivedBytes() {
        return receivedBytes.sum();
    }

    public long receivedRecords() {
        return receivedRecords.sum();
    }

    public long duplicateBatches() {
        return duplicateBatches.sum();
    }

    public long sentBytes() {
        return sentBytes.sum();
    }
}
