package io.kontiki.storage.file;

import io.kontiki.storage.DiskFile;
import io.kontiki.storage.DiskFullException;
import io.kontiki.storage.StorageException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/**
 * A file behind a channel that is opened when it is first used and may be closed between two uses, see {@link OpenFiles}.
 * The size is kept here, so that neither appends nor readers ask the file system for it.
 *
 * <p>Readers take no lock: whoever finds the channel closed under it opens the file again. What writes or flushes pins the
 * channel, and while bytes are unflushed it stays open: the system reports a failed write-back to descriptors that were
 * open at the time, a new one might never hear of it.
 */
final class ChannelFile implements DiskFile {
    /** The platform copies through a buffer of its own as big as the read, and keeps it per thread for good. */
    private static final int READ_BYTES_MAX = 128 * 1024;

    private volatile String path;
    /** Guarded by this. */
    private Path file;

    private final FileDisk disk;
    private final OpenFiles openFiles;
    private volatile FileChannel channel;
    private volatile long size;
    private volatile boolean used;
    /** Changes and flushes under way. Guarded by this, as are the fields below. */
    private int pins;

    private long changes;
    private long flushedChanges;
    private boolean closed;

    /** @param size of the file, which exists */
    ChannelFile(FileDisk disk, String path, Path file, OpenFiles openFiles, long size) {
        this.disk = disk;
        this.path = path;
        this.file = file;
        this.openFiles = openFiles;
        this.size = size;
    }

    @Override
    public String path() {
        return path;
    }

    @Override
    public long size() {
        return size;
    }

    @Override
    public void append(ByteBuffer... buffers) {
        long remaining = 0;
        for (ByteBuffer buffer : buffers) {
            remaining += buffer.remaining();
        }
        long end = size + remaining;
        FileChannel target = pin("append to", true);
        try {
            while (remaining > 0) {
                remaining -= target.write(buffers);
            }
        } catch (IOException e) {
            throw afterFailedAppend(target, e);
        } finally {
            unpin();
        }
        size = end;
    }

    private StorageException afterFailedAppend(FileChannel target, IOException cause) {
        if (!NoSpace.isCauseOf(cause)) {
            return new StorageException("append to", path, cause);
        }
        try {
            target.truncate(size);
            target.position(size);
        } catch (IOException e) {
            cause.addSuppressed(e);
            return new StorageException("append to", path, cause);
        }
        return new DiskFullException("append to", path, cause);
    }

    @Override
    public int read(long position, ByteBuffer target) {
        int start = target.position();
        int limit = target.limit();
        try {
            while (target.position() < limit) {
                target.limit(Math.min(limit, target.position() + READ_BYTES_MAX));
                if (readOnce(position + target.position() - start, target) < 0) {
                    break;
                }
            }
        } finally {
            target.limit(limit);
        }
        return target.position() - start;
    }

    private int readOnce(long position, ByteBuffer target) {
        FileChannel source = current("read");
        while (true) {
            try {
                return source.read(target, position);
            } catch (ClosedChannelException e) {
                source = after(source, "read", e);
            } catch (IOException e) {
                throw new StorageException("read", path, e);
            }
        }
    }

    @Override
    public ByteBuffer map(int bytes) {
        if (bytes > size) {
            throw new IllegalArgumentException(path + " has " + size + " bytes, cannot map " + bytes);
        }
        FileChannel source = current("map");
        while (true) {
            try {
                return source.map(FileChannel.MapMode.READ_ONLY, 0, bytes);
            } catch (ClosedChannelException e) {
                source = after(source, "map", e);
            } catch (IOException e) {
                throw new StorageException("map", path, e);
            }
        }
    }

    @Override
    public void truncate(long newSize) {
        if (newSize > size) {
            throw new IllegalArgumentException(path + " has " + size + " bytes, cannot be cut to " + newSize);
        }
        FileChannel target = pin("truncate", true);
        try {
            target.truncate(newSize);
            target.position(newSize);
        } catch (IOException e) {
            throw new StorageException("truncate", path, e);
        } finally {
            unpin();
        }
        size = newSize;
    }

    @Override
    public void force() {
        FileChannel target = pin("flush", false);
        long covered;
        synchronized (this) {
            covered = changes;
        }
        try {
            target.force(false);
            synchronized (this) {
                flushedChanges = Math.max(flushedChanges, covered);
            }
        } catch (IOException e) {
            throw new StorageException("flush", path, e);
        } finally {
            unpin();
        }
    }

    @Override
    public synchronized void rename(String target) {
        disk.rename(path, target);
        path = target;
        file = disk.resolve(target);
    }

    @Override
    public void close() {
        try {
            synchronized (this) {
                closed = true;
                if (channel != null) {
                    channel.close();
                    channel = null;
                }
            }
        } catch (IOException e) {
            throw new StorageException("close", path, e);
        } finally {
            openFiles.remove(this);
        }
    }

    /** Opens the file if it is not open; it stays open until {@link #unpin()}. */
    private FileChannel pin(String operation, boolean changing) {
        boolean opened;
        FileChannel pinned;
        synchronized (this) {
            opened = openUnlessOpen(operation);
            pinned = channel;
            pins++;
            if (changing) {
                changes++;
            }
        }
        if (opened) {
            openFiles.add(this);
        }
        return pinned;
    }

    private synchronized void unpin() {
        pins--;
    }

    /** The channel for a read. */
    private FileChannel current(String operation) {
        if (!used) {
            used = true;
        }
        FileChannel open = channel;
        if (open != null) {
            return open;
        }
        boolean opened;
        synchronized (this) {
            opened = openUnlessOpen(operation);
            open = channel;
        }
        if (opened) {
            openFiles.add(this);
        }
        return open;
    }

    /** The channel to go on with after one was closed in the middle of a read. */
    private FileChannel after(FileChannel closedOne, String operation, IOException cause) {
        FileChannel next = current(operation);
        if (next == closedOne) {
            throw new StorageException(operation, path, cause);
        }
        return next;
    }

    private boolean openUnlessOpen(String operation) {
        used = true;
        if (closed) {
            throw new StorageException(operation, path, new ClosedChannelException());
        }
        if (channel != null) {
            return false;
        }
        try {
            FileChannel opened = FileChannel.open(file, StandardOpenOption.READ, StandardOpenOption.WRITE);
            opened.position(size);
            channel = opened;
        } catch (IOException e) {
            throw NoSpace.failure(operation, path, e);
        }
        return true;
    }

    /** Whether it was closed for good. */
    synchronized boolean isClosed() {
        return closed;
    }

    /** Gives the descriptor back, unless it was used since the last call or must stay; false if it is kept. */
    synchronized boolean releaseUnlessUsed() {
        if (channel == null) {
            return true;
        }
        if (used || pins > 0 || changes != flushedChanges) {
            used = false;
            return false;
        }
        FileChannel released = channel;
        channel = null;
        try {
            released.close();
        } catch (IOException nothingLost) {
            // Every byte was flushed, and the descriptor is gone on Linux whatever close says.
            return true;
        }
        return true;
    }
}
