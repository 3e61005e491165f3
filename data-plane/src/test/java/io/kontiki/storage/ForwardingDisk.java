package io.kontiki.storage;

import java.nio.ByteBuffer;
import java.util.List;

/** A disk that hands everything on to another one: what a subclass overrides is what differs. */
public class ForwardingDisk implements Disk {
    private final Disk disk;

    public ForwardingDisk(Disk disk) {
        this.disk = disk;
    }

    @Override
    public DiskFile open(String path) {
        return disk.open(path);
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
        disk.createDirectory(directory);
    }

    @Override
    public void delete(String path) {
        disk.delete(path);
    }

    @Override
    public void rename(String source, String target) {
        disk.rename(source, target);
    }

    @Override
    public void forceDirectory(String directory) {
        disk.forceDirectory(directory);
    }

    @Override
    public long usableBytes() {
        return disk.usableBytes();
    }

    @Override
    public long totalBytes() {
        return disk.totalBytes();
    }

    /** A file that hands everything on to another one. */
    public static class ForwardingFile implements DiskFile {
        private final DiskFile file;

        public ForwardingFile(DiskFile file) {
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
            file.truncate(size);
        }

        @Override
        public void force() {
            file.force();
        }

        @Override
        public void rename(String target) {
            file.rename(target);
        }

        @Override
        public void close() {
            file.close();
        }
    }
}
