package io.kontiki.quorum.ratis;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/**
 * Whether a process has a Raft log open, by the lock that Ratis holds on it from before its first look to after its last
 * write. For processes that run no voter themselves: where the system drops a process's lock as soon as it closes the file,
 * looking would open the own voter's log to others.
 */
final class StorageLock {
    /** Ratis makes it when it opens the log. It outlives a process that is killed; the lock on it does not. */
    static final String FILE = "in_use.lock";

    private StorageLock() {}

    /**
     * Nothing is made or changed. A lock that nobody has is taken together with whoever else looks, and let go of at once;
     * Ratis, should it start in that instant, tries several times.
     *
     * @param group the directory of the Raft log
     * @throws IOException if the system cannot tell
     */
    static boolean isHeld(Path group) throws IOException {
        try (var channel = FileChannel.open(group.resolve(FILE), StandardOpenOption.READ);
                var lock = channel.tryLock(0, Long.MAX_VALUE, true)) {
            return lock == null;
        } catch (NoSuchFileException e) {
            return false;
        } catch (OverlappingFileLockException e) {
            return true; // By a voter in this process.
        }
    }
}
