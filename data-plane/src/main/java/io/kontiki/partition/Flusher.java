package io.kontiki.partition;

import io.kontiki.log.LogFailedException;
import io.kontiki.log.PartitionLog;
import io.kontiki.storage.DiskFullException;
import io.kontiki.storage.NoDescriptorsException;
import java.util.List;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Forces logs to their disks off the event loops. Each partition has at most one request here at a time and merges what
 * follows into the next: that is the group commit of {@code flush.mode=ack}.
 */
final class Flusher implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Flusher.class);

    private final DirThreads threads;

    /** @param threadsPerDir how many logs of a directory may be forced at once; the file system merges their commits */
    Flusher(List<LogDir> dirs, int threadsPerDir, Threads system) {
        this.threads = new DirThreads(dirs, "kontiki-flush", threadsPerDir, system);
    }

    /**
     * @param checkpoint whether to note the flushed end as the recovery point, too
     * @param done told on a thread of this flusher whether the checkpoint was written: for that there may be no room
     * @param failed gets the reason; with {@link LogFailedException} the log is offline and is never forced again, with
     *     {@link NoDescriptorsException} it was not begun
     */
    void flush(
            PartitionLogs.Placed placed,
            boolean checkpoint,
            Consumer<Boolean> done,
            Consumer<RuntimeException> failed) {
        PartitionLog log = placed.log();
        threads.execute(placed.dir(), () -> {
            boolean noted;
            try {
                log.flush();
                noted = checkpoint && checkpoint(log);
            } catch (LogFailedException | NoDescriptorsException e) {
                failed.accept(e);
                return;
            } catch (RuntimeException | Error e) {
                // Such as a page of an index that is lost. Whoever waits for the flush must hear of it.
                failed.accept(new IllegalStateException("log " + log.directory() + " could not be flushed: " + e, e));
                return;
            }
            done.accept(noted);
        });
    }

    private static boolean checkpoint(PartitionLog log) {
        try {
            log.checkpoint();
            return true;
        } catch (DiskFullException e) {
            // The note before holds: recovery has more to verify, nothing is lost.
            LOG.warn("No room to note the recovery point of {}", log.directory());
            return false;
        }
    }

    /** Ends what is under way. */
    @Override
    public void close() {
        threads.close();
    }
}
