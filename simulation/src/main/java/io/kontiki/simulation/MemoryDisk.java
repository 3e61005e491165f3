package io.kontiki.simulation;

import io.kontiki.storage.Disk;
import io.kontiki.storage.DiskFile;
import io.kontiki.storage.StorageException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.random.RandomGenerator;

/**
 * A disk in memory that forgets as a real one does. A power cut keeps what was flushed; of what was not, a part that the
 * seed chooses: of each file's unflushed tail a prefix, in which a stretch may be zeros or, after a truncation, the bytes
 * that lay there before; of each directory's creations, renames and deletions the first few. It can also fail: from the
 * n-th change on, all changes and flushes fail.
 *
 * <p>Any thread may call it; calls are ordered by one lock, so one thread gives one order.
 */
public final class MemoryDisk implements Disk {
    private static final String ROOT = "";

    /** What programs see, by path. Directories have no bytes. */
    private final TreeMap<String, Node> visible = new TreeMap<>();
    /** Names that survive a power cut. */
    private TreeMap<String, Node> durable = new TreeMap<>();
    /** Per directory, changes of names that no flush has made durable, oldest first. */
    private final TreeMap<String, List<NameChange>> pending = new TreeMap<>();

    private long changesLeft = Long.MAX_VALUE;
    private long changes;
    private int run;

    /** A file or a directory. */
    private static final class Node {
        final boolean isDirectory;
        final UnflushedBytes bytes = new UnflushedBytes();

        Node(boolean isDirectory) {
            this.isDirectory = isDirectory;
        }
    }

    private interface NameChange {
        void applyTo(Map<String, Node> names);
    }

    /** Lets that many more changes and flushes succeed; all later ones fail. */
    public synchronized void failAfter(long successfulChanges) {
        changesLeft = successfulChanges;
    }

    /** Changes and flushes that succeeded so far. */
    public synchronized long changes() {
        return changes;
    }

    /** The power goes and comes back. Files opened before cannot be used any more; failures end. */
    public synchronized void cutPower(RandomGenerator random) {
        run++;
        changesLeft = Long.MAX_VALUE;
        for (List<NameChange> ofDirectory : pending.values()) {
            int kept = random.nextInt(ofDirectory.size() + 1);
            ofDirectory.subList(0, kept).forEach(change -> change.applyTo(durable));
        }
        pending.clear();
        visible.clear();
        visible.putAll(durable);
        for (Node node : visible.values()) {
            node.bytes.cutPower(random);
        }
    }

    /** Flips one bit, as rot does: it is durable at once. */
    public synchronized void flipBit(String path, long position, int bit) {
        find("flip a bit of", path, false).bytes.flipBit((int) position, bit);
    }

    @Override
    public synchronized DiskFile open(String path) {
        Node node = visible.get(path);
        if (node == null) {
            requireDirectory("open", Disk.parentOf(path));
            change("open", path);
            node = new Node(false);
            Node created = node;
            rename(Disk.parentOf(path), names -> names.put(path, created));
        } else if (node.isDirectory) {
            throw failure("open", path, "it is a directory");
        }
        return new MemoryFile(path, node.bytes, run);
    }

    @Override
    public synchronized boolean exists(String path) {
        return path.equals(ROOT) || visible.containsKey(path);
    }

    @Override
    public synchronized List<String> list(String directory) {
        requireDirectory("list", directory);
        return visible.keySet().stream()
                .filter(path -> Disk.parentOf(path).equals(directory))
                .map(path -> path.substring(path.lastIndexOf('/') + 1))
                .sorted(Comparator.naturalOrder())
                .toList();
    }

    @Override
    public synchronized void createDirectory(String directory) {
        if (exists(directory)) {
            requireDirectory("create", directory);
            return;
        }
        createDirectory(Disk.parentOf(directory));
        change("create", directory);
        Node created = new Node(true);
        rename(Disk.parentOf(directory), names -> names.put(directory, created));
    }

    @Override
    public synchronized void delete(String path) {
        Node node = visible.get(path);
        if (node == null) {
            return;
        }
        if (node.isDirectory && !list(path).isEmpty()) {
            throw failure("delete", path, "it is not empty");
        }
        change("delete", path);
        rename(Disk.parentOf(path), names -> names.remove(path));
    }

    @Override
    public synchronized void rename(String source, String target) {
        Node node = visible.get(source);
        if (node == null) {
            throw failure("rename", source, "it is not there");
        }
        if (!Disk.parentOf(source).equals(Disk.parentOf(target))) {
            throw failure("rename", source, target + " lies in another directory");
        }
        change("rename", source);
        rename(Disk.parentOf(source), names -> move(names, source, target));
    }

    /** Moves an entry and, for a directory, all below it. */
    private static void move(Map<String, Node> names, String source, String target) {
        Node moved = names.remove(source);
        if (moved == null) {
            return;
        }
        names.put(target, moved);
        String below = source + "/";
        for (String path : List.copyOf(names.keySet())) {
            if (path.startsWith(below)) {
                names.put(target + "/" + path.substring(below.length()), names.remove(path));
            }
        }
    }

    @Override
    public synchronized void forceDirectory(String directory) {
        requireDirectory("flush", directory);
        change("flush", directory);
        List<NameChange> ofDirectory = pending.remove(directory);
        if (ofDirectory != null) {
            ofDirectory.forEach(nameChange -> nameChange.applyTo(durable));
        }
    }

    @Override
    public long usableBytes() {
        return Long.MAX_VALUE;
    }

    private void rename(String directory, NameChange nameChange) {
        nameChange.applyTo(visible);
        pending.computeIfAbsent(directory, key -> new ArrayList<>()).add(nameChange);
    }

    private Node find(String operation, String path, boolean directory) {
        Node node = visible.get(path);
        if (node == null || node.isDirectory != directory) {
            throw failure(operation, path, directory ? "no such directory" : "no such file");
        }
        return node;
    }

    private void requireDirectory(String operation, String path) {
        if (!path.equals(ROOT)) {
            find(operation, path, true);
        }
    }

    private void change(String operation, String path) {
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
                change("append to", path);
                for (ByteBuffer buffer : buffers) {
                    bytes.append(buffer);
                }
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
