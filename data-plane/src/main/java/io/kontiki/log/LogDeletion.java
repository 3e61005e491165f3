package io.kontiki.log;

import io.kontiki.storage.Disk;
import java.util.UUID;

/** The end of a log's directory. */
final class LogDeletion {
    private LogDeletion() {}

    /**
     * Deletes a directory with all its files. Safe against a power cut: it vanishes under its name first.
     *
     * @throws ForeignLogException if it belongs to another topic; nothing is deleted
     */
    static void run(LogDirectory directory, UUID topicId) {
        LogIdentity.requireNotForeign(directory, topicId);
        Disk disk = directory.disk();
        String deleted = LogName.aside(directory.path(), "." + topicId + PartitionLog.DELETED_SUFFIX);
        disk.rename(directory.path(), deleted);
        disk.forceDirectory(Disk.parentOf(deleted));
        new ClosedLog(disk, deleted).delete();
    }
}
