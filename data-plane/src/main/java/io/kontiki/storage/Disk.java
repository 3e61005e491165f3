package io.kontiki.storage;

import java.nio.ByteBuffer;
import java.util.List;

/**
 * A tree of directories and files below one root. Paths are relative to it, parts separated by {@code /}; the empty path
 * is the root.
 *
 * <p>Durability: a file's bytes survive a power cut once {@link DiskFile#force()} returned; its name, and any rename or
 * delete, once {@link #forceDirectory} of its directory returned (rule R9). Until then any part of it may be lost.
 *
 * <p>Threads: any thread may call anything; calls about one path are ordered by the caller. Threads that use a disk are
 * never interrupted: an interrupt closes the file under every other user of it.
 *
 * <p>Every method throws {@link StorageException} if the disk fails or the path is not what the method needs, and what
 * writes {@link DiskFullException} if there is no room. What opens a file or directory, which any use of one may have to,
 * throws {@link NoDescriptorsException} if there are too many open.
 */
public interface Disk {
    /** Suffix of files that {@link #writeAtomically} has not finished; they may be deleted at any start. */
    String UNFINISHED_SUFFIX = ".tmp";

    /**
     * Opens a file for reading and appending; creates it, empty, if it is not there. Its directory must exist. A file that
     * is there may be touched only when it is used, so that failures show then; it costs a descriptor only while used.
     * Once its path is renamed or deleted, it may fail at any use.
     */
    DiskFile open(String path);

    /** Whether there is a file or directory of that name. */
    boolean exists(String path);

    /** Names (not paths) of the files and directories in a directory, sorted. */
    List<String> list(String directory);

    /** Creates a directory, its parents too; nothing happens if it is there. */
    void createDirectory(String directory);

    /** Deletes a file or an empty directory; nothing happens if it is not there. */
    void delete(String path);

    /** Renames a file or directory within its parent, in one step; a file of the new name is replaced. */
    void rename(String source, String target);

    /** Makes creations, renames and deletions in the directory durable. */
    void forceDirectory(String directory);

    /** Bytes that programs may still write; what other programs write meanwhile is not known. */
    long usableBytes();

    /** Bytes that the disk has, used or not. */
    long totalBytes();

    /**
     * Reads a whole small file.
     *
     * @throws StorageException also if the file has more than {@code maxBytes} bytes or is not there
     */
    default byte[] readSmall(String path, int maxBytes) {
        if (!exists(path)) {
            throw new StorageException("read", path, new IllegalStateException("no such file"));
        }
        try (DiskFile file = open(path)) {
            long size = file.size();
            if (size > maxBytes) {
                throw new StorageException(
                        "read", path, new IllegalStateException("it has " + size + " bytes, the limit is " + maxBytes));
            }
            ByteBuffer content = ByteBuffer.allocate((int) size);
            file.read(0, content);
            return content.array();
        }
    }

    /**
     * Writes a small file, in place of what is there. A power cut within the call may leave it torn. On return its bytes
     * are durable; its name is once {@link #forceDirectory} returned.
     */
    default void writeSmall(String path, byte[] content) {
        try (DiskFile file = open(path)) {
            if (file.size() > 0) {
                file.truncate(0);
            }
            file.append(ByteBuffer.wrap(content));
            file.force();
        }
    }

    /**
     * Replaces a small file so that after a power cut at any point either the old or the new content is there, and on
     * return the new one: temporary file, flush, rename, flush of the directory. A failure before the rename, such as a
     * full disk, leaves the old content and nothing else.
     */
    default void writeAtomically(String path, byte[] content) {
        String unfinished = path + UNFINISHED_SUFFIX;
        try {
            writeSmall(unfinished, content);
            rename(unfinished, path);
        } catch (StorageException e) {
            try {
                delete(unfinished);
            } catch (StorageException alsoFailed) {
                e.addSuppressed(alsoFailed);
            }
            throw e;
        }
        forceDirectory(parentOf(path));
    }

    /** Path of the directory that holds a path. */
    static String parentOf(String path) {
        int slash = path.lastIndexOf('/');
        return slash < 0 ? "" : path.substring(0, slash);
    }
}
