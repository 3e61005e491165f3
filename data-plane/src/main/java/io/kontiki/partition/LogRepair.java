package io.kontiki.partition;

import io.kontiki.log.ClosedLog;
import io.kontiki.log.DamagedLogException;
import io.kontiki.log.LogFailedException;
import io.kontiki.storage.Disk;
import io.kontiki.storage.DiskFullException;
import io.kontiki.storage.StorageException;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Makes a log with damage fit to be opened again (rule L12): closes it, looks through all of it, and moves the damaged
 * segment and all behind it aside, where they are kept. What is missing then comes back from the leader. Takes as long as
 * it takes to read the log.
 */
final class LogRepair {
    private static final Logger LOG = LoggerFactory.getLogger(LogRepair.class);

    private LogRepair() {}

    /**
     * Safe to repeat.
     *
     * @param placed a log that nobody changes any more, and whose records another replica leads
     * @return false if there was no room for it
     */
    static boolean run(PartitionLogs.Placed placed) {
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
}
