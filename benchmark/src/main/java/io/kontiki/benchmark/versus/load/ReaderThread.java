package io.kontiki.benchmark.versus.load;

import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;

/** Reads so many records while others are at work. What it shows is the visitor's alone until {@link #await} returns. */
final class ReaderThread {
    private final RecordSource source;
    private final Consumer<byte[]> visitor;
    private final long count;
    private final Thread thread = new Thread(this::run, "reader");
    private final CompletableFuture<Void> end = new CompletableFuture<>();
    private long read;

    /** @param source which it closes */
    ReaderThread(RecordSource source, Consumer<byte[]> visitor, long count) {
        this.source = source;
        this.visitor = visitor;
        this.count = count;
        // Records that never come must not keep the process.
        thread.setDaemon(true);
        thread.start();
    }

    private void run() {
        try (source) {
            ReadBack.readUntil(source, this::onRecord, () -> read, count);
            end.complete(null);
        } catch (RuntimeException e) {
            end.completeExceptionally(e);
        }
    }

    private void onRecord(byte[] record) {
        read++;
        visitor.accept(record);
    }

    /** Returns when all have been read; fails if they did not come. */
    void await() {
        end.join();
    }
}
