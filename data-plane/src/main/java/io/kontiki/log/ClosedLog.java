package io.kontiki.log;

import io.kontiki.storage.Disk;
import io.kontiki.storage.StorageException;
import java.util.Optional;
import java.util.UUID;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A log that nobody has open: what can be told of it, and done about its damage. Every method throws
 * {@link StorageException} if the disk fails.
 */
public final class ClosedLog {
    private static final Logger LOG = LoggerFactory.getLogger(ClosedLog.class);

    private final LogDirectory directory;

    /** @param directory path on the disk; there may be no log in it */
    public ClosedLog(Disk disk, String directory) {
        this.directory = new LogDirectory(disk, directory);
    }

    /** The topic that the log belongs to; empty if there is none or it does not tell. Changes nothing. */
    public Optional<UUID> topicId() {
        return new LogCheckpoints(directory).readTopicId();
    }

    /** Whether the directory holds batches, whosever they are. */
    public boolean hasSegments() {
        return !directory.offsetsWith(LogDirectory.LOG).isEmpty();
    }

    /**
     * Looks through the log. Reads all of it; changes nothing.
     *
     * @return for {@link #setDamageAside}; empty if all is sound
     */
    public Optional<DamagedLogException> findDamage() {
        return LogScrub.findDamage(directory);
    }

    /**
     * Prepares a damaged log for a new {@link PartitionLog#open}: the damaged segment and all behind it are renamed and
     * kept, batches before the damage stay, the recovery point is lowered to it. The replica has then lost acknowledged
     * data and must say so (rules R3 and R7).
     */
    public void setDamageAside(DamagedLogException damage) {
        new DamageAside(directory, new LogCheckpoints(directory)).run(damage);
        LOG.error("log {}: set damaged segments aside: {}", directory.path(), damage.getMessage());
    }
}
