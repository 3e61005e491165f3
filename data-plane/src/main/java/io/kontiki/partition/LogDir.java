package io.kontiki.partition;

import io.kontiki.storage.Disk;
import io.kontiki.storage.StorageException;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One of the directories of {@code log.dirs}, or the one of {@code metadata.log.dir} beside them: where it is, whose data it
 * holds, and whether it can be used. Thread-safe.
 *
 * <pre>
 *            below the reserve, or a write found no room
 *   ONLINE ----------------------------------------------> FULL
 *     |    <----------------------------------------------  |
 *     |        an eighth of the reserve above it again      |
 *     +------------------> OFFLINE <------------------------+
 *        a write or flush failed, or did not come back; not left in this run
 * </pre>
 */
public final class LogDir {
    private static final Logger LOG = LoggerFactory.getLogger(LogDir.class);

    /** Whether a directory can be used. */
    public enum State {
        ONLINE,
        /** Read and served as ever, but nothing is appended until there is room again (rule R11). */
        FULL,
        /** Not used at all in this run of the broker (rule R10). */
        OFFLINE
    }

    /**
     * A state with what there is to say of it.
     *
     * @param reason for people; empty if the directory is online
     */
    public record Status(State state, String reason) {}

    private static final Status ONLINE = new Status(State.ONLINE, "");

    private final Optional<UUID> id;
    private final String path;
    private final Optional<TrackedDisk> disk;
    private final ThreadGroup ownThreads = new ThreadGroup("log directory");
    private final boolean holdsLogs;
    private final long reserveBytes;
    private final AtomicInteger logs = new AtomicInteger();
    private final List<Consumer<LogDir>> offlineListeners = new CopyOnWriteArrayList<>();
    private final AtomicLong damageFound = new AtomicLong();
    private final AtomicLong uncleanElections = new AtomicLong();
    private volatile Status status;
    /** As of the last look. */
    private volatile double freeBytes = Double.NaN;

    private volatile double totalBytes = Double.NaN;

    /** Whether nobody told the free space at the last look. */
    private volatile boolean unanswered;

    private LogDir(
            Optional<UUID> id,
            String path,
            Optional<TrackedDisk> disk,
            boolean holdsLogs,
            long reserveBytes,
            Status status) {
        this.id = id;
        this.path = path;
        this.disk = disk;
        this.holdsLogs = holdsLogs;
        this.reserveBytes = reserveBytes;
        this.status = status;
    }

    /**
     * A directory that can be used.
     *
     * @param id drawn when the directory was made: tells it from its replacement
     * @param path as configured, for people
     * @param disk rooted in the directory
     * @param reserveBytes appends stop while less than this is free, at least 0
     */
    public static LogDir online(UUID id, String path, Disk disk, long reserveBytes) {
        return new LogDir(Optional.of(id), path, Optional.of(new TrackedDisk(disk)), true, reserveBytes, ONLINE);
    }

    /** As {@link #online}, of a directory that is looked after like the others, but never holds the log of a partition. */
    public static LogDir withoutLogs(UUID id, String path, Disk disk, long reserveBytes) {
        return new LogDir(Optional.of(id), path, Optional.of(new TrackedDisk(disk)), false, reserveBytes, ONLINE);
    }

    /** A directory that could not be opened at the start of the broker. */
    public static LogDir offline(String path, String reason) {
        return new LogDir(Optional.empty(), path, Optional.empty(), true, 0, new Status(State.OFFLINE, reason));
    }

    /** Empty if the directory could not be opened in this run. */
    public Optional<UUID> id() {
        return id;
    }

    /** As configured, for people. */
    public String path() {
        return path;
    }

    /** Whether logs of partitions may be here. */
    public boolean holdsLogs() {
        return holdsLogs;
    }

    /** Empty if the directory could not be opened in this run; there even if it went offline later. */
    public Optional<Disk> disk() {
        return disk.map(tracked -> tracked);
    }

    /** What has not come back from the disk yet. */
    Collection<TrackedDisk.Operation> underWay() {
        return disk.map(TrackedDisk::underWay).orElse(List.of());
    }

    /** Makes daemon threads that use this directory alone: if its disk hangs, nobody else waits for them. */
    ThreadFactory threads(String name) {
        return task -> {
            Thread thread = new Thread(ownThreads, task, name);
            thread.setDaemon(true);
            return thread;
        };
    }

    /** Whether the thread is one of {@link #threads}. */
    boolean owns(Thread thread) {
        return thread.getThreadGroup() == ownThreads;
    }

    public Status status() {
        return status;
    }

    public State state() {
        return status.state();
    }

    public boolean isOffline() {
        return state() == State.OFFLINE;
    }

    /** Partitions that have their log here. */
    public int logs() {
        return logs.get();
    }

    /** Bytes that must stay free for appends to be taken. */
    public long reserveBytes() {
        return reserveBytes;
    }

    /** Bytes that can be written here, as of the last {@link #checkSpace}; NaN if that is not known. */
    double freeBytes() {
        return isOffline() ? Double.NaN : freeBytes;
    }

    /** Bytes of its file system, as of the last {@link #checkSpace}; NaN if that is not known. */
    double totalBytes() {
        return isOffline() ? Double.NaN : totalBytes;
    }

    /** Times that a log here turned out to be damaged or could not be read, in this run. */
    long damageFound() {
        return damageFound.get();
    }

    void noteDamage() {
        damageFound.incrementAndGet();
    }

    /** Times that a replica here was elected without being in sync, in this run. */
    long uncleanElections() {
        return uncleanElections.get();
    }

    void noteUncleanElection() {
        uncleanElections.incrementAndGet();
    }

    void logAdded() {
        logs.incrementAndGet();
    }

    void logRemoved() {
        logs.decrementAndGet();
    }

    /** Adds one who hears, once, that this directory goes offline, on the thread that found out. Must not block. */
    public void onOffline(Consumer<LogDir> listener) {
        offlineListeners.add(listener);
    }

    /** A write or flush failed or hangs: nothing here is used any more in this run. Any thread. */
    public void takeOffline(String reason) {
        synchronized (this) {
            if (isOffline()) {
                return;
            }
            status = new Status(State.OFFLINE, reason);
        }
        LOG.error("Log directory {} goes offline until the broker starts again: {}", path, reason);
        offlineListeners.forEach(listener -> listener.accept(this));
    }

    /** A write found no room; whatever the system says is free, appends wait for the next {@link #checkSpace}. */
    public synchronized void noteFull(String reason) {
        if (state() == State.ONLINE) {
            status = new Status(State.FULL, reason);
            LOG.error("Log directory {} is full: {}. Appends are refused until there is room again", path, reason);
        }
    }

    /**
     * Looks how much room there is. To be called every second or so; may block on the disk. What was known holds while the
     * question is not answered: that is no failed write, and whether the disk works is found out by writing.
     */
    public void checkSpace() {
        if (isOffline()) {
            return;
        }
        long usable;
        long total;
        try {
            usable = disk.orElseThrow().usableBytes();
            total = disk.orElseThrow().totalBytes();
        } catch (StorageException e) {
            noteUnanswered(e);
            return;
        }
        unanswered = false;
        freeBytes = usable;
        totalBytes = total == 0 ? Double.NaN : total;
        if (usable < reserveBytes) {
            noteFull(usable + " bytes are free, log.dir.reserve.bytes is " + reserveBytes);
        } else if (usable >= reserveBytes + reserveBytes / 8) {
            noteRoom(usable);
        }
    }

    private void noteUnanswered(StorageException cause) {
        if (!unanswered) {
            unanswered = true;
            LOG.warn("Log directory {} does not tell its free space; what was known counts", path, cause);
        }
    }

    private synchronized void noteRoom(long usable) {
        if (state() == State.FULL) {
            status = ONLINE;
            LOG.info("Log directory {} has room again: {} bytes are free", path, usable);
        }
    }

    @Override
    public String toString() {
        return path;
    }
}
