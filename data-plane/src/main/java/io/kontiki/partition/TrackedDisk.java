package io.kontiki.partition;

import io.kontiki.storage.Disk;
import io.kontiki.storage.DiskFile;
import java.nio.ByteBuffer;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Supplier;

/** A disk that knows which of its operations have not come back yet. Any thread. */
final class TrackedDisk implements Disk {
    /** One call of one thread; each is an object of its own, so that the next one like it is not taken for it. */
    static final class Operation {
        private final String name;
        private final String path;
        private final Thread thread;

        Operation(String name, String path, Thread thread) {
            this.name = name;
            this.path = path;
            this.thread = thread;
        }

        Thread thread() {
            return thread;
        }

        @Override
        public String toString() {
            return "\"" + name + " " + (path.isEmpty() ? "." : path) + "\" of thread " + thread.getName();
        }
    }

    private final Disk disk;
    private final Map<Thread, Operation> underWay = new ConcurrentHashMap<>();

    TrackedDisk(Disk disk) {
        this.disk = disk;
    }

    /** Those of the moment. */
    Collection<Operation> underWay() {
        return List.copyOf(underWay.values());
    }

    private <T> T track(String name, String path, Supplier<T> operation) {
        Thread thread = Thread.currentThread();
        underWay.put(thread, new Operation(name, path, thread));
        try {
            return operation.get();
        } finally {
            underWay.remove(thread);
        }
    }

    private void run(String name, String path, Runnable operation) {
        track(name, path, () -> {
            operation.run();
            return null;
        });
    }

    @Override
    public DiskFile open(String path) {
        return new TrackedFile(track("open", path, () -> disk.open(path)));
    }

    @Override
    public boolean exists(String path) {
        return track("look for", path, () -> disk.exists(path));
    }

    @Override
    public List<String> list(String directory) {
        return track("list", directory, () -> disk.list(directory));
    }

    @Override
    public void writeSmall(String path, byte[] content) {
        run("write", path, () -> disk.writeSmall(path, content));
    }

    @Override
    public void createDirectory(String directory) {
        run("create directory", directory, () -> disk.createDirectory(directory));
    }

    @Override
    public void delete(String path) {
        run("delete", path, () -> disk.delete(path));
    }

    @Override
    public void rename(String source, String target) {
        run("rename", source, () -> disk.rename(source, target));
    }

    @Override
    public void forceDirectory(String directory) {
        run("flush directory", directory, () -> disk.forceDirectory(directory));
    }

    @Override
    public long usableBytes() {
        return track("ask for the free space of", "", disk::usableBytes);
    }

    @Override
    public long totalBytes() {
        return track("ask for the size of", "", disk::totalBytes);
    }

    private final class TrackedFile implements DiskFile {
        private final DiskFile file;

        TrackedFile(DiskFile file) {
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
            run("append to", path(), () -> file.append(buffers));
        }

        @Override
        public int read(long position, ByteBuffer target) {
            return track("read", path(), () -> file.read(position, target));
        }

        @Override
        public ByteBuffer map(int size) {
            return track("map", path(), () -> file.map(size));
        }

        @Override
        public void truncate(long size) {
            run("truncate", path(), () -> file.truncate(size));
        }

        @Override
        public void force() {
            run("flush", path(), file::force);
        }

        @Override
        public void rename(String target) {
            run("rename", path(), () -> file.rename(target));
        }

        @Override
        public void close() {
            run("close", path(), file::close);
        }
    }
}
