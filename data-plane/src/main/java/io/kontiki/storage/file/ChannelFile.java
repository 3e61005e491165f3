package io.kontiki.storage.file;

import io.kontiki.storage.DiskFile;
import io.kontiki.storage.DiskFullException;
import io.kontiki.storage.StorageException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;

/** A file behind a channel. The size is kept here, so that neither appends nor readers ask the file system for it. */
final class ChannelFile implements DiskFile {
    private final String path;
    private final FileChannel channel;
    private volatile long size;

    ChannelFile(String path, FileChannel channel) throws IOException {
        this.path = path;
        this.channel = channel;
        this.size = channel.size();
        channel.position(size);
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
        try {
            while (remaining > 0) {
                remaining -= channel.write(buffers);
            }
        } catch (IOException e) {
            throw afterFailedAppend(e);
        }
        size = end;
    }

    private StorageException afterFailedAppend(IOException cause) {
        if (!NoSpace.isCauseOf(cause)) {
            return new StorageException("append to", path, cause);
        }
        try {
            channel.truncate(size);
            channel.position(size);
        } catch (IOException e) {
            cause.addSuppressed(e);
            return new StorageException("append to", path, cause);
        }
        return new DiskFullException("append to", path, cause);
    }

    @Override
    public int read(long position, ByteBuffer target) {
        int total = 0;
        try {
            while (target.hasRemaining()) {
                int read = channel.read(target, position + total);
                if (read < 0) {
                    break;
                }
                total += read;
            }
        } catch (IOException e) {
            throw new StorageException("read", path, e);
        }
        return total;
    }

    @Override
    public ByteBuffer map(int bytes) {
        if (bytes > size) {
            throw new IllegalArgumentException(path + " has " + size + " bytes, cannot map " + bytes);
        }
        try {
            return channel.map(FileChannel.MapMode.READ_ONLY, 0, bytes);
        } catch (IOException e) {
            throw new StorageException("map", path, e);
        }
    }

    @Override
    public void truncate(long newSize) {
        if (newSize > size) {
            throw new IllegalArgumentException(path + " has " + size + " bytes, cannot be cut to " + newSize);
        }
        try {
            channel.truncate(newSize);
            channel.position(newSize);
        } catch (IOException e) {
            throw new StorageException("truncate", path, e);
        }
        size = newSize;
    }

    @Override
    public void force() {
        try {
            channel.force(false);
        } catch (IOException e) {
            throw new StorageException("flush", path, e);
        }
    }

    @Override
    public void close() {
        try {
            channel.close();
        } catch (IOException e) {
            throw new StorageException("close", path, e);
        }
    }
}
