package io.kontiki.benchmark.versus.load;

import java.util.concurrent.CompletableFuture;

/** Reads records by their numbers and notes how old each was. */
final class ReaderThread {
    private final RecordSource source;
    private final long[] latencies;
    private final Thread thread = new Thread(this::run, "reader");
    private final CompletableFuture<Void> end = new CompletableFuture<>();
    private int read;

    /** @param latencies gets the age of record n at place n, in ns */
    ReaderThread(RecordSource source, long[] latencies) {
        this.source = source;
        this.latencies = latencies;
        // Records that never come must not keep the process.
        thread.setDaemon(true);
        thread.start();
    }

    private void run() {
        try (source) {
            ReadBack.readUntil(source, this::onRecord, () -> read, latencies.length);
            end.complete(null);
        } catch (RuntimeException e) {
            end.completeExceptionally(e);
        }
    }

    private void onRecord(byte[] record) {
        latencies[Math.toIntExact(RecordContents.number(record))] = System.nanoTime() - RecordContents.nanos(record);
        read++;
    }

    /** Returns when all have been read; fails if they did not come. */
    void await() {
        end.join();
    }
}
