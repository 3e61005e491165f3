package io.kontiki.simulation;

import io.kontiki.storage.Disk;
import io.kontiki.storage.DiskFile;
import io.kontiki.storage.DiskFullException;
import io.kontiki.storage.StorageException;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.random.RandomGenerator;

/**
 * A disk in memory that forgets as a real one does. A power cut keeps what was flushed, and of what was not a part, see
 * {@link PowerCut}. A watcher hears of every change before it happens, so that the power can go between any two. It can
 * also fail (from the n-th change on, all changes and flushes do, or one flush of a file alone) and be full.
 *
 * <p>Any thread may call it; calls are ordered by one lock, so one thread gives one order.
 */
public final class MemoryDisk implements Disk {
    private static final String ROOT = "";
    private static final long TOTAL_BYTES = 1L << 40;

    private UnflushedNames root;
    private Watcher watcher = (operation, path) -> {};
    private long changesLeft = Long.MAX_VALUE;
    private boolean nextFlushFails;
    private long changes;
    private long usableBytes = TOTAL_BYTES;
    private int run;

    /** Hears of changes and flushes. */
    public interface Watcher {
        /**
         * The disk is as it was before the change, and may be used and changed meanwhile.
         *
         * @param operation as a verb: "append to"
         */
        void beforeChange(String operation, String path);
    }

    /** An empty disk. */
    public MemoryDisk() {
        this(new UnflushedNames());
    }

    private MemoryDisk(UnflushedNames root) {
        this.root = root;
    }

    /** Tells that watcher, instead of the one before, of all changes from now on. */
    public synchronized void watch(Watcher newWatcher) {
        watcher = newWatcher;
    }

    /** Lets that many more changes and flushes succeed; all later ones fail. */
    public synchronized void failAfter(long successfulChanges) {
        changesLeft = successfulChanges;
    }

    /**
     * The next flush of a file fails, and later ones succeed; but what the first was to write is forgotten, and not
     * written by those either, as of a page cache that takes for clean what it could not write.
     */
    public synchronized void failNextFlush() {
        nextFlushFails = true;
    }

    /** From now on no append may be bigger; appends do not use it up. */
    public synchronized void setUsableBytes(long bytes) {
        usableBytes = bytes;
    }

    /** Changes and flushes that succeeded so far. */
    public synchronized long changes() {
        return changes;
    }

    /** The power goes and comes back. Files opened before cannot be used any more; failures end. */
    public void cutPower(RandomGenerator random) {
        cutPower(PowerCut.losingSome(random));
    }

    /** The power goes, and takes that much. */
    synchronized void cutPower(PowerCut cut) {
        run++;
        changesLeft = Long.MAX_VALUE;
        nextFlushFails = false;
        root = root.after(cut);
    }

    /** The disk that would be found if the power went now; this one does not change. */
    public synchronized MemoryDisk after(PowerCut cut) {
        return new MemoryDisk(root.after(cut));
    }

    /** Whether a power cut would take nothing. */
    public synchronized boolean isFlushed() {
        return root.isFlushed();
    }

    /** The bytes of all files as programs see them, by path; directories are not told. */
    public synchronized Map<String, ByteBuffer> contents() {
        Map<String, ByteBuffer> contents = new TreeMap<>();
        collect(ROOT, root, contents);
        return contents;
    }

    private static void collect(String prefix, UnflushedNames directory, Map<String, ByteBuffer> target) {
        directory.visible().forEach((name, node) -> {
            if (node instanceof UnflushedBytes file) {
                target.put(prefix + name, ByteBuffer.wrap(file.content()));
            } else {
                collect(prefix + name + "/", (UnflushedNames) node, target);
            }
        });
    }

    /** Flips one bit, as rot does: it is durable at once. */
    public synchronized void flipBit(String path, long position, int bit) {
        if (!(find(path) instanceof UnflushedBytes file)) {
            throw failure("flip a bit of", path, "no such file");
        }
        file.flipBit((int) position, bit);
    }

    @Override
    public synchronized DiskFile open(String path) {
        MemoryNode node = find(path);
        if (node == null) {
            UnflushedNames parent = directory("open", Disk.parentOf(path));
            change("create", path);
            UnflushedBytes created = new UnflushedBytes();
            parent.add(name(path), created);
            return new MemoryFile(path, created, run);
        }
        if (node instanceof UnflushedBytes file) {
            return new MemoryFile(path, file, run);
        }
        throw failure("open", path, "it is a directory");
    }

    @Override
    public synchronized boolean exists(String path) {
        return find(path) != null;
    }

    @Override
    public synchronized List<String> list(String directory) {
        return List.copyOf(directory("list", directory).visible().keySet());
    }

    @Override
    public synchronized void createDirectory(String directory) {
        if (exists(directory)) {
            directory("create", directory);
            return;
        }
        createDirectory(Disk.parentOf(directory));
        change("create directory", directory);
        directory("create", Disk.parentOf(directory)).add(name(directory), new UnflushedNames());
    }

    @Override
    public synchronized void delete(String path) {
        MemoryNode node = find(path);
        if (node == null) {
            return;
        }
        if (node instanceof UnflushedNames directory && !directory.visible().isEmpty()) {
            throw failure("delete", path, "it is not empty");
        }
        change("delete", path);
        directory("delete", Disk.parentOf(path)).remove(name(path));
    }

    @Override
    public synchronized void rename(String source, String target) {
        if (!exists(source)) {
            throw failure("rename", source, "it is not there");
        }
        if (!Disk.parentOf(source).equals(Disk.parentOf(target))) {
            throw failure("rename", source, target + " lies in another directory");
        }
        change("rename to " + target, source);
        directory("rename", Disk.parentOf(source)).rename(name(source), name(target));
    }

    @Override
    public synchronized void forceDirectory(String directory) {
        UnflushedNames names = directory("flush", directory);
        change("flush directory", directory);
        names.force();
    }

    @Override
    public synchronized long usableBytes() {
        return usableBytes;
    }

    @Override
    public long totalBytes() {
        return TOTAL_BYTES;
    }

    /** Null if there is nothing of that name. */
    private MemoryNode find(String path) {
        int slash = path.lastIndexOf('/');
        if (slash < 0) {
            return path.equals(ROOT) ? root : root.visible().get(path);
        }
        return find(path.substring(0, slash)) instanceof UnflushedNames parent
                ? parent.visible().get(path.substring(slash + 1))
                : null;
    }

    private UnflushedNames directory(String operation, String path) {
        if (find(path) instanceof UnflushedNames directory) {
            return directory;
        }
        throw failure(operation, path, "no such directory");
    }

    private static String name(String path) {
        return path.substring(path.lastIndexOf('/') + 1);
    }

    private void change(String operation, String path) {
        int before = run;
        watcher.beforeChange(operation, path);
        if (run != before) {
            throw failure(operation, path, "the power is gone");
        }
        if (changesLeft <= 0) {
            throw failure(operation, path, "the disk fails");
        }
        changesLeft--;
        changes++;
    }

    private static StorageException failure(String operation, String path, String why) {
        return new StorageException(operation, path, new IllegalStateException(why));
    }

    /** An open file; of no use after a power cut or close. */
    private final class MemoryFile implements DiskFile {
        private String path;
        private final UnflushedBytes bytes;
        private final int openedInRun;
        private boolean closed;

        MemoryFile(String path, UnflushedBytes bytes, int openedInRun) {
            this.path = path;
            this.bytes = bytes;
            this.openedInRun = openedInRun;
        }

        @Override
        public String path() {
            synchronized (MemoryDisk.this) {
                return path;
            }
        }

        @Override
        public long size() {
            synchronized (MemoryDisk.this) {
                return bytes.size();
            }
        }

        @Override
        public void append(ByteBuffer... buffers) {
            synchronized (MemoryDisk.this) {
                begin("append to");
                requireRoom(buffers);
                change("append to", path);
                for (ByteBuffer buffer : buffers) {
                    bytes.append(buffer);
                }
            }
        }

        private void requireRoom(ByteBuffer... buffers) {
            long needed = 0;
            for (ByteBuffer buffer : buffers) {
                needed += buffer.remaining();
            }
            if (needed > usableBytes) {
                throw new DiskFullException(
                        "append to", path, new IllegalStateException("it is full, " + usableBytes + " bytes are left"));
            }
        }

        @Override
        public int read(long position, ByteBuffer target) {
            synchronized (MemoryDisk.this) {
                begin("read");
                return bytes.read(position, target);
            }
        }

        @Override
        public ByteBuffer map(int size) {
            synchronized (MemoryDisk.this) {
                begin("map");
                if (size > bytes.size()) {
                    throw new IllegalArgumentException(path + " has " + bytes.size() + " bytes, cannot map " + size);
                }
                ByteBuffer copy = ByteBuffer.allocate(size);
                bytes.read(0, copy);
                return copy.flip().asReadOnlyBuffer();
            }
        }

        @Override
        public void truncate(long size) {
            synchronized (MemoryDisk.this) {
                begin("truncate");
                if (size > bytes.size()) {
                    throw new IllegalArgumentException(
                            path + " has " + bytes.size() + " bytes, cannot be cut to " + size);
                }
                change("truncate", path);
                bytes.truncate((int) size);
            }
        }

        @Override
        public void force() {
            synchronized (MemoryDisk.this) {
                begin("flush");
                change("flush", path);
                if (nextFlushFails && !bytes.isFlushed()) {
                    nextFlushFails = false;
                    bytes.forgetUnflushed();
                    throw failure("flush", path, "the disk fails once");
                }
                bytes.force();
            }
        }

        @Override
        public void rename(String target) {
            synchronized (MemoryDisk.this) {
                begin("rename");
                MemoryDisk.this.rename(path, target);
                path = target;
            }
        }

        private void begin(String operation) {
            if (closed || openedInRun != run) {
                throw failure(operation, path, "the file is closed");
            }
        }

        @Override
        public void close() {
            synchronized (MemoryDisk.this) {
                closed = true;
            }
        }
    }
}
