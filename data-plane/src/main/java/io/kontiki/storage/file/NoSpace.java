package io.kontiki.storage.file;

import io.kontiki.storage.DiskFullException;
import io.kontiki.storage.NoDescriptorsException;
import io.kontiki.storage.StorageException;
import java.io.IOException;
import java.util.List;

/**
 * Tells a disk that lacks room, or a process that lacks descriptors for its files, from a broken disk: the platform gives
 * only the text of the error.
 */
final class NoSpace {
    private static final List<String> ROOM = List.of("No space left on device", "Disk quota exceeded");
    /** The process's limit, and with more text the machine's. */
    private static final String DESCRIPTORS = "Too many open files";

    private NoSpace() {}

    static boolean isCauseOf(IOException failure) {
        return ROOM.stream().anyMatch(text(failure)::contains);
    }

    /** The failure of what may have to open a file, and changes nothing if it fails. */
    static StorageException failure(String operation, String path, IOException cause) {
        if (isCauseOf(cause)) {
            return new DiskFullException(operation, path, cause);
        }
        return text(cause).contains(DESCRIPTORS)
                ? new NoDescriptorsException(operation, path, cause)
                : new StorageException(operation, path, cause);
    }

    private static String text(IOException failure) {
        return String.valueOf(failure.getMessage());
    }
}
