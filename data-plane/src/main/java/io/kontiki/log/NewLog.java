package io.kontiki.log;

import io.kontiki.storage.Disk;
import io.kontiki.storage.StorageException;
import java.util.UUID;

/**
 * Makes the directory of a log that is new, with as few flushes as keep what a stop leaves of it tellable. Its first segment
 * comes last: where there is none, nothing was ever in the log, whatever else is there or is torn.
 */
final class NewLog {
    private NewLog() {}

    /**
     * Durable on return.
     *
     * @param directory it is not there, as far as the disk told
     * @throws StorageException also if it is, and has files: whatever the disk told before, they may be a log
     */
    static LogRecovery.Recovered make(LogDirectory directory, UUID topicId, LogConfig config) {
        Disk disk = directory.disk();
        disk.createDirectory(directory.path());
        if (!disk.list(directory.path()).isEmpty()) {
            throw new StorageException(
                    "make a log in",
                    directory.path(),
                    new IllegalStateException("it was not there, and has files now"));
        }
        disk.forceDirectory(Disk.parentOf(directory.path()));
        new LogCheckpoints(directory).writeNew(topicId);
        LogSegment first = LogSegment.open(directory, 0, config);
        try {
            directory.force();
        } catch (StorageException e) {
            first.close();
            throw e;
        }
        return LogRecovery.Recovered.nothing(first, config.maxProducerIds());
    }
}
