package io.kontiki.service;

import io.kontiki.storage.Disk;
import io.kontiki.storage.DiskFile;
import io.kontiki.storage.ForwardingDisk;
import io.kontiki.storage.NoDescriptorsException;
import io.kontiki.storage.StorageException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;

/**
 * A disk that a test can let fail, as a controller that dies does, hang, as one that lost its path does, fill up, find its
 * process without descriptors, or hold up.
 */
final class FaultyDisk extends ForwardingDisk {
    private volatile boolean failing;
    private volatile boolean noDescriptors;
    private volatile CountDownLatch answer = new CountDownLatch(0);
    private final Set<String> waiting = ConcurrentHashMap.newKeySet();
    private volatile long usableBytes = Long.MAX_VALUE / 2;
    private volatile Optional<StorageException> noDirectory = Optional.empty();
    private final AtomicInteger directoriesRefused = new AtomicInteger();
    private volatile Runnable beforeRefusal = () -> {};
    private volatile Consumer<String> beforeRename = source -> {};
    private volatile Consumer<String> beforeDelete = path -> {};
    private volatile Consumer<String> beforeRead = path -> {};

    FaultyDisk(Disk disk) {
        super(disk);
    }

    /** From now on nothing can be written or forced. */
    void fail() {
        failing = true;
    }

    /** Whether nothing can be opened, now and until the next call. */
    void setNoDescriptors(boolean none) {
        noDescriptors = none;
    }

    private void checkDescriptors(String operation, String path) {
        if (noDescriptors) {
            throw new NoDescriptorsException(operation, path, new IOException("Too many open files"));
        }
    }

    /** From now on no directory can be made, for that reason. */
    void refuseDirectories(StorageException reason) {
        noDirectory = Optional.of(reason);
    }

    /** Called by the thread that hears that a directory cannot be made. */
    void beforeRefusal(Runnable listener) {
        beforeRefusal = listener;
    }

    int directoriesRefused() {
        return directoriesRefused.get();
    }

    /** Called with the old name, by the thread that renames. */
    void beforeRename(Consumer<String> listener) {
        beforeRename = listener;
    }

    /** Called with the path, by the thread that deletes. */
    void beforeDelete(Consumer<String> listener) {
        beforeDelete = listener;
    }

    /** Called with the path, by the thread that reads. */
    void beforeRead(Consumer<String> listener) {
        beforeRead = listener;
    }

    /** From now on, until {@link #answer}, whatever would be written or forced waits, as in a frozen file system. */
    void hang() {
        answer = new CountDownLatch(1);
    }

    void answer() {
        answer.countDown();
    }

    /** Whether a thread of that name waits for an answer. */
    boolean waits(String thread) {
        return waiting.contains(thread);
    }

    void setUsableBytes(long bytes) {
        usableBytes = bytes;
    }

    private void check(String operation, String path) {
        waiting.add(Thread.currentThread().getName());
        try {
            answer.await();
        } catch (InterruptedException e) {
            throw new AssertionError("a thread that uses a disk was interrupted", e);
        } finally {
            waiting.remove(Thread.currentThread().getName());
        }
        if (failing) {
            throw new StorageException(operation, path, new IOException("Input/output error"));
        }
    }

    @Override
    public DiskFile open(String path) {
        return new FaultyFile(super.open(path));
    }

    @Override
    public void createDirectory(String directory) {
        check("create directory", directory);
        noDirectory.ifPresent(reason -> {
            beforeRefusal.run();
            directoriesRefused.incrementAndGet();
            throw reason;
        });
        super.createDirectory(directory);
    }

    @Override
    public void delete(String path) {
        check("delete", path);
        beforeDelete.accept(path);
        super.delete(path);
    }

    @Override
    public void rename(String source, String target) {
        check("rename", source);
        beforeRename.accept(source);
        super.rename(source, target);
    }

    @Override
    public void forceDirectory(String directory) {
        checkDescriptors("open", directory);
        check("flush directory", directory);
        super.forceDirectory(directory);
    }

    @Override
    public long usableBytes() {
        if (noDescriptors) {
            // As the platform says it, which looks for the mount point in a file.
            throw new StorageException("ask for the free space of", "", new IOException("Mount point not found"));
        }
        return usableBytes;
    }

    private final class FaultyFile extends ForwardingFile {
        FaultyFile(DiskFile file) {
            super(file);
        }

        @Override
        public int read(long position, ByteBuffer target) {
            checkDescriptors("read", path());
            beforeRead.accept(path());
            return super.read(position, target);
        }

        @Override
        public void append(ByteBuffer... buffers) {
            check("append to", path());
            super.append(buffers);
        }

        @Override
        public void truncate(long size) {
            check("truncate", path());
            super.truncate(size);
        }

        @Override
        public void force() {
            check("flush", path());
            super.force();
        }

        @Override
        public void rename(String target) {
            check("rename", path());
            super.rename(target);
        }
    }
}
