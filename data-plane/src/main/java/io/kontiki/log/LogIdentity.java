package io.kontiki.log;

import io.kontiki.storage.Disk;
import java.util.Optional;
import java.util.UUID;

/** Which topic a log's directory belongs to: told by a file in it, so that a deleted topic's log is never continued. */
final class LogIdentity {
    private LogIdentity() {}

    /**
     * Creates the file if it is not there, durably.
     *
     * @throws ForeignLogException if the directory belongs to another topic id, or has segments and does not tell whose
     */
    static void ensure(LogDirectory directory, LogCheckpoints checkpoints, UUID topicId) {
        if (requireNotForeign(directory, topicId)) {
            return;
        }
        if (!directory.offsetsWith(LogDirectory.LOG).isEmpty()) {
            throw ForeignLogException.unknown(directory.path(), topicId);
        }
        // The directory may be of an attempt that came no further.
        directory.disk().forceDirectory(Disk.parentOf(directory.path()));
        checkpoints.writeTopicId(topicId);
    }

    /**
     * @return whether the directory tells that it belongs to the topic; if not, it does not tell at all
     * @throws ForeignLogException if it belongs to another one
     */
    static boolean requireNotForeign(LogDirectory directory, UUID topicId) {
        Optional<UUID> found = new LogCheckpoints(directory).readTopicId();
        if (found.isPresent() && !found.get().equals(topicId)) {
            throw ForeignLogException.of(directory.path(), topicId, found.get());
        }
        return found.isPresent();
    }
}
