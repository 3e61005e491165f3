package io.kontiki.service;

import io.kontiki.storage.Disk;
import io.kontiki.storage.DiskFile;
import io.kontiki.storage.StorageException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.List;

/** A disk that a test can let fail, as a controller that dies does, or fill up. */
final class FaultyDisk implements Disk {
    private final Disk disk;
    private volatile boolean failing;
    private volatile long usableBytes = Long.MAX_VALUE / 2;

    FaultyDisk(Disk disk) {
        this.disk = disk;
    }

    /** From now on nothing can be written or forced. */
    void fail() {
        failing = true;
    }

    void setUsableBytes(long bytes) {
        usableBytes = bytes;
    }

    private void check(String operation, String path) {
        if (failing) {
            throw new StorageException(operation, path, new IOException("Input/output error"));
        }
    }

    @Override
    public DiskFile open(String path) {
        return new FaultyFile(disk.open(path));
    }

    @Override
    public boolean exists(String path) {
        return disk.exists(path);
    }

    @Override
    public List<String> list(String directory) {
        return disk.list(directory);
    }

    @Override
    public void createDirectory(String directory) {
        check("create directory", directory);
        disk.createDirectory(directory);
    }

    @Override
    public void delete(String path) {
        check("delete", path);
        disk.delete(path);
    }

    @Override
    public void rename(String source, String target) {
        check("rename", source);
        disk.rename(source, target);
    }

    @Override
    public void forceDirectory(String directory) {
        check("flush directory", directory);
        disk.forceDirectory(directory);
    }

    @Override
    public long usableBytes() {
        return usableBytes;
    }

    private final class FaultyFile implements DiskFile {
        private final DiskFile file;

        FaultyFile(DiskFile file) {
            this.file = file;
        }

        @Override
        public String path() {
            return file.path();
        }

        @Override
        public long size() {
            return file.size();
        }

        @Override
        public void append(ByteBuffer... buffers) {
            check("append to", path());
            file.append(buffers);
        }

        @Override
        public int read(long position, ByteBuffer target) {
            return file.read(position, target);
        }

        @Override
        public ByteBuffer map(int size) {
            return file.map(size);
        }

        @Override
        public void truncate(long size) {
            check("truncate", path());
            file.truncate(size);
        }

        @Override
        public void force() {
            check("flush", path());
            file.force();
        }

        @Override
        public void rename(String target) {
            check("rename", path());
            file.rename(target);
        }

        @Override
        public void close() {
            file.close();
        }
    }
}
