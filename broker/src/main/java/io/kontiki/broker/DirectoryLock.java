package io.kontiki.broker;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/** Keeps other processes off a data directory, through a lock that the system drops when the process dies. */
final class DirectoryLock implements AutoCloseable {
    static final String FILE = ".lock";

    private final FileChannel channel;

    private DirectoryLock(FileChannel channel) {
        this.channel = channel;
    }

    /**
     * @throws DataDirectoryException if it is taken
     * @throws BrokenDirectoryException if the disk fails
     */
    static DirectoryLock take(Path directory) {
        FileChannel channel = null;
        try {
            channel = FileChannel.open(directory.resolve(FILE), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
            if (locked(channel)) {
                return new DirectoryLock(channel);
            }
            channel.close();
        } catch (IOException e) {
            closeQuietly(channel);
            throw new BrokenDirectoryException("the data directory " + directory + " cannot be locked: " + e, e);
        }
        throw new DataDirectoryException(
                "the data directory " + directory + " is in use by another broker, which holds "
                        + directory.resolve(FILE) + "; stop that broker or set log.dirs to another directory");
    }

    private static boolean locked(FileChannel channel) throws IOException {
        try {
            FileLock lock = channel.tryLock();
            return lock != null;
        } catch (OverlappingFileLockException e) {
            return false; // Held by another broker inside this process.
        }
    }

    private static void closeQuietly(FileChannel channel) {
        try {
            if (channel != null) {
                channel.close();
            }
        } catch (IOException e) {
            // The failure that led here is the one to tell.
        }
    }

    @Override
    public void close() {
        closeQuietly(channel);
    }
}
