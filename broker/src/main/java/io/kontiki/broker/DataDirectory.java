package io.kontiki.broker;

import io.kontiki.storage.Disk;
import io.kontiki.storage.StorageException;
import io.kontiki.storage.file.FileDisk;
import java.io.IOException;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;

/**
 * One directory of {@code log.dirs}, locked while this object is open.
 *
 * <pre>
 * .lock             held by the running process
 * meta.properties   whose data this is ({@link Identity})
 * clean             there if the last run stopped in order ({@link CleanMarker})
 * TOPIC-PARTITION/  one directory per partition
 * run               in the metadata directory only: the present or last run ({@link Run})
 * quorum/           in the metadata directory only: the metadata log
 * </pre>
 *
 * <p>One thread at a time.
 */
final class DataDirectory implements AutoCloseable {
    private final Path path;
    private final Disk disk;
    private final DirectoryLock lock;
    private final Optional<Identity> stored;

    private DataDirectory(Path path, Disk disk, DirectoryLock lock, Optional<Identity> stored) {
        this.path = path;
        this.disk = disk;
        this.lock = lock;
        this.stored = stored;
    }

    /**
     * Makes the directory if needed, locks it and reads whose it is. Changes nothing else.
     *
     * @param openFilesMax files in it that may be open at a time
     * @throws BrokenDirectoryException if the disk fails or says nonsense
     * @throws DataDirectoryException if another process uses it, or it is inside or around a data directory
     */
    static DataDirectory open(Path path, int openFilesMax) {
        checkNotNested(path);
        try {
            Files.createDirectories(path);
        } catch (IOException e) {
            throw new BrokenDirectoryException(
                    "the data directory " + path + " cannot be made: " + e.getMessage()
                            + " is missing, not a directory, or not writable",
                    e);
        }
        var lock = DirectoryLock.take(path);
        try {
            var disk = new FileDisk(path, openFilesMax);
            return new DataDirectory(path, disk, lock, storedIdentity(path, disk));
        } catch (StorageException e) {
            lock.close();
            throw new BrokenDirectoryException("the data directory " + path + " cannot be used: " + e.getMessage(), e);
        } catch (RuntimeException e) {
            lock.close();
            throw e;
        }
    }

    /** Or two brokers, each with its own lock, would change the same files. */
    private static void checkNotNested(Path path) {
        try {
            var above = path;
            while (!Files.exists(above)) {
                above = above.getParent();
            }
            boolean isThere = above.equals(path);
            above = above.toRealPath();
            for (above = isThere ? above.getParent() : above; above != null; above = above.getParent()) {
                if (isUsed(above)) {
                    throw new DataDirectoryException("the data directory " + path + " is inside another one, " + above
                            + "; choose one beside it");
                }
            }
            if (isThere) {
                checkHoldsNone(path);
            }
        } catch (IOException e) {
            // It cannot be used, and that will be found out.
        }
    }

    private static void checkHoldsNone(Path path) throws IOException {
        try (var inside = Files.newDirectoryStream(path, DataDirectory::isUsed)) {
            for (var used : inside) {
                throw new DataDirectoryException(
                        "the data directory " + path + " holds another one, " + used + "; choose one beside it");
            }
        } catch (DirectoryIteratorException e) {
            throw e.getCause();
        }
    }

    private static boolean isUsed(Path path) {
        return Files.exists(path.resolve(Identity.FILE));
    }

    private static Optional<Identity> storedIdentity(Path path, Disk disk) {
        if (!disk.exists(Identity.FILE)) {
            return Optional.empty();
        }
        try {
            return Optional.of(Identity.of(PropertiesFile.read(disk, Identity.FILE, Identity.FILE_BYTES_MAX)));
        } catch (IllegalArgumentException e) {
            throw new BrokenDirectoryException(
                    path.resolve(Identity.FILE) + " is damaged: " + e.getMessage()
                            + "; restore it, or move the directory away to let the broker fetch its data anew",
                    e);
        }
    }

    Path path() {
        return path;
    }

    Disk disk() {
        return disk;
    }

    /** Whose data it holds; empty if it is new. */
    Optional<Identity> stored() {
        return stored;
    }

    /** Whether it is the same place as another one, or inside it, whatever links lead there. */
    boolean overlaps(DataDirectory other) {
        try {
            var here = path.toRealPath();
            var there = other.path.toRealPath();
            return here.startsWith(there) || there.startsWith(here);
        } catch (IOException e) {
            return false; // It cannot be used, and that will be found out.
        }
    }

    /** How many bytes the file system can hold; 0 if it does not tell. */
    long totalBytes() {
        try {
            return Files.getFileStore(path).getTotalSpace();
        } catch (IOException e) {
            return 0;
        }
    }

    /** Durable on return. */
    void write(Identity identity) {
        PropertiesFile.write(disk, Identity.FILE, identity.toProperties());
    }

    @Override
    public void close() {
        lock.close();
    }
}
