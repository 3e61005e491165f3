package io.kontiki.partition;

import io.kontiki.log.LogFailedException;
import io.kontiki.log.PartitionLog;
import io.kontiki.storage.DiskFullException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Forces logs to the disk off the event loops. Each partition has at most one request here at a time and merges what
 * follows into the next: that is the group commit of {@code flush.mode=ack}.
 */
final class Flusher implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Flusher.class);

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
                    checkpoint(log);
                }
            } catch (LogFailedException e) {
                failed.accept(e);
                return;
            }
            done.run();
        });
    }

    private static void checkpoint(PartitionLog log) {
        try {
            log.checkpoint();
        } catch (DiskFullException e) {
            // The note before holds: recovery has more to verify, nothing is lost.
            LOG.warn("No room to note the recovery point of {}", log.directory());
        }
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
