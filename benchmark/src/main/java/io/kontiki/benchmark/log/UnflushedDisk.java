package io.kontiki.benchmark.log;

import io.kontiki.storage.Disk;
import io.kontiki.storage.DiskFile;
import io.kontiki.storage.file.FileDisk;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.List;

/** A disk that leaves it to the system when bytes become durable: logs of thousands of segments are made in seconds. */
public record UnflushedDisk(Disk disk) implements Disk {
    /** @param root an existing directory */
    public static UnflushedDisk in(Path root) {
        return new UnflushedDisk(new FileDisk(root));
    }

    @Override
    public DiskFile open(String path) {
        return new UnflushedFile(disk.open(path));
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
        // Not here.
    }

    @Override
    public long usableBytes() {
        return disk.usableBytes();
    }

    @Override
    public long totalBytes() {
        return disk.totalBytes();
    }

    private record UnflushedFile(DiskFile file) implements DiskFile {
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
        public void rename(String target) {
            file.rename(target);
        }

        @Override
        public void force() {
            // Not here.
        }

        @Override
        public void close() {
            file.close();
        }
    }
}
