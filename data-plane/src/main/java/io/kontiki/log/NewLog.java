package io.kontiki.log;

import io.kontiki.storage.Disk;
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
     * @param directory it is not there
     */
    static LogRecovery.Recovered make(LogDirectory directory, UUID topicId, LogConfig config) {
        Disk disk = directory.disk();
        disk.createDirectory(directory.path());
        disk.forceDirectory(Disk.parentOf(directory.path()));
        new LogCheckpoints(directory).writeNew(topicId);
        LogSegment first = LogSegment.open(directory, 0, config);
        directory.force();
        return LogRecovery.Recovered.nothing(first, config.maxProducerIds());
    }
}
