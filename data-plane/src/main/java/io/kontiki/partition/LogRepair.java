package io.kontiki.partition;

import io.kontiki.log.ClosedLog;
import io.kontiki.log.DamagedLogException;
import io.kontiki.log.LogFailedException;
import io.kontiki.storage.Disk;
import io.kontiki.storage.DiskFullException;
import io.kontiki.storage.StorageException;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Makes logs with damage fit to be opened again (rule L12): closes the log, looks through all of it, and moves the damaged
 * segment and all behind it aside, where they are kept. What is missing then comes back from the leader. Takes as long as
 * it takes to read the log, so each directory repairs one at a time, on a thread of its own. Any thread.
 */
final class LogRepair implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(LogRepair.class);
    private static final Duration AGAIN = Duration.ofSeconds(10);

    private final DirThreads threads;

    LogRepair(List<LogDir> dirs, Threads system) {
        this.threads = new DirThreads(dirs, "kontiki-log-repair", 1, system);
    }

    /**
     * Begins. What is not done when this object ends, a later run of the broker finds as it is.
     *
     * @param placed a log that nobody changes any more, and whose records another replica leads
     * @param done called on another thread, when there was room for it
     */
    void begin(PartitionLogs.Placed placed, Runnable done) {
        threads.execute(placed.dir(), () -> repair(placed, done));
    }

    private void repair(PartitionLogs.Placed placed, Runnable done) {
        if (run(placed)) {
            done.run();
        } else {
            threads.schedule(placed.dir(), AGAIN, () -> repair(placed, done));
        }
    }

    /** Safe to repeat. Gives false if there was no room for it. */
    private static boolean run(PartitionLogs.Placed placed) {
        String directory = placed.log().directory();
        try {
            placed.log().close();
            Disk disk = placed.dir().disk().orElseThrow();
            ClosedLog log = new ClosedLog(disk, directory);
            Optional<DamagedLogException> damage = log.findDamage();
            if (damage.isPresent()) {
                log.setDamageAside(damage.get());
            } else {
                LOG.warn("log {}: no damage found, it goes on as it is", directory);
            }
            return true;
        } catch (DiskFullException e) {
            placed.dir().noteFull(String.valueOf(e.getMessage()));
            return false;
        } catch (StorageException | LogFailedException e) {
            LOG.error("Cannot repair the log {} in {}", directory, placed.dir(), e);
            placed.dir().takeOffline(String.valueOf(e.getMessage()));
            return true;
        }
    }

    @Override
    public void close() {
        threads.close();
    }
}
