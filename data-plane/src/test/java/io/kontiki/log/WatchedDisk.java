package io.kontiki.log;

import io.kontiki.storage.Disk;
import io.kontiki.storage.DiskFile;
import io.kontiki.storage.ForwardingDisk;
import java.nio.ByteBuffer;
import java.util.function.BiConsumer;

/** A disk that tells of each change before it happens, and lets the listener refuse it by an exception. */
final class WatchedDisk extends ForwardingDisk {
    /** Gets the verb and the path. */
    private BiConsumer<String, String> before = (verb, path) -> {};

    WatchedDisk(Disk disk) {
        super(disk);
    }

    void before(BiConsumer<String, String> listener) {
        before = listener;
    }

    void unwatched() {
        before = (verb, path) -> {};
    }

    @Override
    public DiskFile open(String path) {
        if (!exists(path)) {
            before.accept("create", path);
        }
        return new WatchedFile(super.open(path));
    }

    @Override
    public void createDirectory(String directory) {
        before.accept("create", directory);
        super.createDirectory(directory);
    }

    @Override
    public void delete(String path) {
        if (exists(path)) {
            before.accept("delete", path);
        }
        super.delete(path);
    }

    @Override
    public void rename(String source, String target) {
        before.accept("rename", source);
        super.rename(source, target);
    }

    @Override
    public void forceDirectory(String directory) {
        before.accept("force", directory);
        super.forceDirectory(directory);
    }

    private final class WatchedFile extends ForwardingFile {
        WatchedFile(DiskFile file) {
            super(file);
        }

        @Override
        public void append(ByteBuffer... buffers) {
            before.accept("append", path());
            super.append(buffers);
        }

        @Override
        public int read(long position, ByteBuffer target) {
            before.accept("read", path());
            return super.read(position, target);
        }

        @Override
        public void truncate(long size) {
            before.accept("truncate", path());
            super.truncate(size);
        }

        @Override
        public void force() {
            before.accept("force", path());
            super.force();
        }

        @Override
        public void rename(String target) {
            before.accept("rename", path());
            super.rename(target);
        }
    }
}
