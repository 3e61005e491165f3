package io.kontiki.log;

import io.kontiki.storage.Disk;
import io.kontiki.storage.DiskFile;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.function.BiConsumer;

/** A disk that tells of each change before it happens, and lets the listener refuse it by an exception. */
final class WatchedDisk implements Disk {
    private final Disk disk;
    /** Gets the verb and the path. */
    private BiConsumer<String, String> before = (verb, path) -> {};

    WatchedDisk(Disk disk) {
        this.disk = disk;
    }

    void before(BiConsumer<String, String> listener) {
        before = listener;
    }

    void unwatched() {
        before = (verb, path) -> {};
    }

    @Override
    public DiskFile open(String path) {
        if (!disk.exists(path)) {
            before.accept("create", path);
        }
        return new WatchedFile(disk.open(path));
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
        before.accept("create", directory);
        disk.createDirectory(directory);
    }

    @Override
    public void delete(String path) {
        if (disk.exists(path)) {
            before.accept("delete", path);
        }
        disk.delete(path);
    }

    @Override
    public void rename(String source, String target) {
        before.accept("rename", source);
        disk.rename(source, target);
    }

    @Override
    public void forceDirectory(String directory) {
        before.accept("force", directory);
        disk.forceDirectory(directory);
    }

    @Override
    public long usableBytes() {
        return disk.usableBytes();
    }

    private final class WatchedFile implements DiskFile {
        private final DiskFile file;

        WatchedFile(DiskFile file) {
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
            before.accept("append", path());
            file.append(buffers);
        }

        @Override
        public int read(long position, ByteBuffer target) {
            before.accept("read", path());
            return file.read(position, target);
        }

        @Override
        public ByteBuffer map(int size) {
            return file.map(size);
        }

        @Override
        public void truncate(long size) {
            before.accept("truncate", path());
            file.truncate(size);
        }

        @Override
        public void force() {
            before.accept("force", path());
            file.force();
        }

        @Override
        public void rename(String target) {
            before.accept("rename", path());
            file.rename(target);
        }

        @Override
        public void close() {
            file.close();
        }
    }
}
