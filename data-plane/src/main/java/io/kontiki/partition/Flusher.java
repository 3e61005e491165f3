package io.kontiki.partition;

import io.kontiki.log.LogFailedException;
import io.kontiki.log.PartitionLog;
import io.kontiki.storage.DiskFullException;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Forces logs to their disks off the event loops, on threads of each directory's own: a disk that hangs or is slow holds up
 * none of the others. Each partition has at most one request here at a time and merges what
 * follows into the next: that is the group commit of {@code flush.mode=ack}.
 */
final class Flusher implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Flusher.class);

    private final Map<LogDir, ExecutorService> threads = new HashMap<>();

    /** @param threadsPerDir how many logs of a directory may be forced at once; the file system merges their commits */
    Flusher(List<LogDir> dirs, int threadsPerDir) {
        // What comes after the end is dropped: nobody is answered any more.
        dirs.forEach(dir -> threads.put(
                dir,
                new ThreadPoolExecutor(
                        threadsPerDir,
                        threadsPerDir,
                        0,
                        TimeUnit.SECONDS,
                        new LinkedBlockingQueue<>(),
                        dir.threads("kontiki-flush"),
                        new ThreadPoolExecutor.DiscardPolicy())));
    }

    /**
     * @param checkpoint whether to note the flushed end as the recovery point, too
     * @param done told on a thread of this flusher
     * @param failed gets the reason; the log is offline then and is never forced again
     */
    void flush(PartitionLogs.Placed placed, boolean checkpoint, Runnable done, Consumer<LogFailedException> failed) {
        PartitionLog log = placed.log();
        threads.get(placed.dir()).execute(() -> {
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

    /** Ends what is under way, but waits for no directory that is offline: it may hang. */
    @Override
    public void close() {
        threads.values().forEach(ExecutorService::shutdown);
        threads.forEach((dir, own) -> {
            if (!dir.isOffline()) {
                await(own);
            }
        });
    }

    private static void await(ExecutorService own) {
        try {
            own.awaitTermination(10, TimeUnit.SECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
