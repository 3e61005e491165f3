package io.kontiki.storage;

import java.nio.ByteBuffer;

/**
 * An open file that grows at its end. One thread appends and truncates; any thread reads and forces beside it. Failures
 * are {@link StorageException}s.
 */
public interface DiskFile extends AutoCloseable {
    /** Relative to the disk's root; another one after {@link #rename}. */
    String path();

    /** Bytes in the file now. */
    long size();

    /**
     * Writes what remains in the buffers, in order, behind the last byte; the buffers are consumed. On return every byte
     * can be read, none is durable. A failure leaves an unknown part of the bytes in the file, except that after a
     * {@link DiskFullException} the file is as it was.
     */
    void append(ByteBuffer... buffers);

    /**
     * Reads from a position until the buffer is full or the file ends.
     *
     * @return bytes read; 0 at or behind the end
     */
    int read(long position, ByteBuffer target);

    /**
     * The bytes below a size, for reading, big-endian, without copying them where the disk can. The file must not be cut
     * below it while the result is in use, but may be closed, renamed and deleted. A disk that fails under it throws from
     * the buffer's methods whatever the platform throws ({@link InternalError} for mapped memory).
     *
     * @param size 0 up to {@link #size()}, at most 2 GiB - 1
     */
    ByteBuffer map(int size);

    /** Cuts the file to that size; it must not be above the present one. */
    void truncate(long size);

    /** Makes all bytes appended before the call durable, the size included. Not the name: {@link Disk#forceDirectory}. */
    void force();

    /**
     * Gives the file another name in its directory, in one step; a file of that name is replaced. Unlike after
     * {@link Disk#rename} this object stays usable, also for readers beside the call. The name is durable once
     * {@link Disk#forceDirectory} returned.
     *
     * @param target path, not only the name
     */
    void rename(String target);

    /** Closes without a flush. May be called twice. */
    @Override
    void close();
}
