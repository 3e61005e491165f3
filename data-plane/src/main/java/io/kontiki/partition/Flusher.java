package io.kontiki.partition;

import io.kontiki.log.LogFailedException;
import io.kontiki.log.PartitionLog;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/**
 * Forces logs to the disk off the event loops. Each partition has at most one request here at a time and merges what
 * follows into the next: that is the group commit of {@code flush.mode=ack}.
 */
final class Flusher implements AutoCloseable {
    private final ExecutorService threads;

    /** @param threads how many logs may be forced at once; the file system merges their commits */
    Flusher(int threads) {
        this.threads = Executors.newFixedThreadPool(threads, task -> {
            Thread thread = new Thread(task, "kontiki-flush");
            thread.setDaemon(true);
            return thread;
        });
    }

    /**
     * @param checkpoint whether to note the flushed end as the recovery point, too
     * @param done told on a thread of this flusher
     * @param failed gets the reason; the log is offline then and is never forced again
     */
    void flush(PartitionLog log, boolean checkpoint, Runnable done, Consumer<LogFailedException> failed) {
        threads.execute(() -> {
            try {
                log.flush();
                if (checkpoint) {
                    log.checkpoint();
                }
            } catch (LogFailedException e) {
                failed.accept(e);
                return;
            }
            done.run();
        });
    }

    /** Ends what is under way. */
    @Override
    public void close() {
        threads.shutdown();
        try {
            threads.awaitTermination(10, TimeUnit.SECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
