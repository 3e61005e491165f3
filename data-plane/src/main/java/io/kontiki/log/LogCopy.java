package io.kontiki.log;

import io.kontiki.record.BatchHeader;
import io.kontiki.storage.Disk;
import io.kontiki.storage.DiskFile;
import io.kontiki.storage.DiskFullException;
import io.kontiki.storage.StorageException;
import java.nio.ByteBuffer;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Copies a log to another disk while it is in use. All that changes no more is copied beside the writer, so what is left when
 * the log is finished depends on nothing but what was written since. Names tell how far a copy came:
 *
 * <pre>
 * old disk                   new disk
 * [log]                      [log].[topic id].moving    copying
 * [log].[topic id].moved     [log].[topic id].moving    complete
 * [log].[topic id].moved     [log]                      done: from now on appends go to the new one
 * </pre>
 *
 * So there is never more than one log of its name, and no appends are lost with the one that is not used.
 */
public final class LogCopy {
    /** Ends the name of a copy that is not complete, as far as is known. */
    public static final String MOVING_SUFFIX = ".moving";
    /** Ends the name of a log of which there is a complete copy. */
    public static final String MOVED_SUFFIX = ".moved";

    private static final int CHUNK_BYTES = 1 << 20;
    private static final int INDEX_ENTRY_BYTES = 20;
    /** Of one producer in a snapshot, with a whole window and an open transaction. */
    private static final int PRODUCER_BYTES = 147;

    private static final CleaningPace AT_ONCE = bytes -> true;

    /**
     * What was copied of a segment.
     *
     * @param bytes of batches
     * @param whole with its indexes, after it was closed
     */
    private record Copied(long bytes, boolean whole) {}

    private final PartitionLog source;
    private final LogDirectory from;
    private final LogDirectory to;
    private final Map<LogSegment, Copied> segments = new HashMap<>();
    /** Names of the files that were copied and change no more. */
    private final Set<String> files = new HashSet<>();

    private final ByteBuffer chunk = ByteBuffer.allocateDirect(CHUNK_BYTES);
    private int cuts;
    private volatile long copiedBytes;

    /** Whether the log's name leaves room for those that its copy and the log itself get meanwhile. */
    public static boolean hasRoomForNames(PartitionLog log) {
        return LogName.hasRoom(log.directory(), "." + log.topicId() + MOVING_SUFFIX);
    }

    /**
     * Begins with nothing, whatever an earlier attempt left there.
     *
     * @throws StorageException if the disk fails
     */
    public LogCopy(PartitionLog source, Disk target) {
        this.source = source;
        this.from = source.directoryFiles();
        this.to = new LogDirectory(target, from.path() + "." + source.topicId() + MOVING_SUFFIX);
        this.cuts = source.view().cuts();
        startAnew();
    }

    private void startAnew() {
        discard();
        to.disk().createDirectory(to.path());
    }

    /** Bytes written to the new disk so far. Any thread. */
    public long copiedBytes() {
        return copiedBytes;
    }

    /**
     * Copies what the log has and the copy has not, and makes it durable. Not on the writer thread.
     *
     * @param pace asked before each chunk
     * @return bytes that were copied: few, if it is time to {@link #finish}
     * @throws StorageException if one of the disks fails, or the log was changed meanwhile: the next call may succeed
     */
    public long catchUp(CleaningPace pace) {
        long before = copiedBytes;
        persist();
        LogView view = source.view();
        follow(view);
        Set<String> names = names();
        deleteAllBut(names);
        for (LogSegment segment : view.segments()) {
            if (!isWhole(segment)) {
                copy(segment, segment != view.active(), names, pace);
            }
        }
        for (String name : names) {
            if (changesNoMore(name) && !files.contains(name)) {
                copyAnew(name, pace);
                files.add(name);
            }
        }
        to.force();
        return copiedBytes - before;
    }

    /** Indexes of closed segments and producers at their ends may be in memory only, which is nothing to copy. */
    private void persist() {
        try {
            source.flush();
            source.checkpoint();
        } catch (DiskFullException e) {
            // What stays in memory counts as missing.
            return;
        }
    }

    /** Forgets what was copied of segments that are not there any more, or not as they were. */
    private void follow(LogView view) {
        if (view.cuts() != cuts) {
            cuts = view.cuts();
            startAnew();
        }
        segments.keySet().removeIf(segment -> {
            boolean isGone = !view.holds(segment);
            if (isGone) {
                namesOf(segment).forEach(name -> {
                    to.disk().delete(to.file(name));
                    files.remove(name);
                });
            }
            return isGone;
        });
    }

    /** What belongs to the log; compaction may be writing beside it. */
    private Set<String> names() {
        Set<String> names = new HashSet<>(from.disk().list(from.path()));
        names.removeIf(name -> name.endsWith(Disk.UNFINISHED_SUFFIX) || name.endsWith(SegmentSwap.CLEANED));
        return names;
    }

    private void deleteAllBut(Set<String> names) {
        files.removeIf(name -> {
            boolean isGone = !names.contains(name);
            if (isGone) {
                to.disk().delete(to.file(name));
            }
            return isGone;
        });
    }

    /** Of the files that belong to no segment. */
    private static boolean changesNoMore(String name) {
        return name.endsWith(LogDirectory.SNAPSHOT) || name.contains(LogDirectory.DAMAGED);
    }

    private boolean isWhole(LogSegment segment) {
        Copied copied = segments.get(segment);
        return copied != null && copied.whole();
    }

    private void copy(LogSegment segment, boolean closed, Set<String> names, CleaningPace pace) {
        copyBatches(segment, pace);
        if (closed
                && names.contains(name(segment, LogDirectory.OFFSET_INDEX))
                && names.contains(name(segment, LogDirectory.TIME_INDEX))) {
            for (String suffix : LogDirectory.INDEXES) {
                if (names.contains(name(segment, suffix))) {
                    copyAnew(name(segment, suffix), pace);
                }
            }
            namesOf(segment).stream().filter(names::contains).forEach(files::add);
            segments.put(segment, new Copied(segments.get(segment).bytes(), true));
        }
    }

    /** From the open file, not from its name: to open one that is gone would make it anew in the log. */
    private void copyBatches(LogSegment segment, CleaningPace pace) {
        String name = name(segment, LogDirectory.LOG);
        if (!segments.containsKey(segment)) {
            to.disk().delete(to.file(name));
        }
        // Before the first byte: an attempt that fails in the middle goes on where it stopped.
        segments.putIfAbsent(segment, new Copied(0, false));
        segments.put(segment, new Copied(copyRest(name, segment.file(), pace), false));
    }

    /**
     * Bytes of files that {@link #finish} would have to copy now, at most, besides those that only a finished log has: the
     * indexes of its last segment, the producers at its end, and its checkpoints. Writer thread.
     */
    public long missingBytes() {
        LogView view = source.view();
        if (view.cuts() != cuts) {
            return view.sizeInBytes();
        }
        long missing = 0;
        for (LogSegment segment : view.segments()) {
            Copied copied = segments.get(segment);
            if (copied == null) {
                missing += segment.sizeInBytes() + snapshotBytesMax();
            } else if (!copied.whole()) {
                missing += segment.sizeInBytes() - copied.bytes();
            }
            if (segment != view.active() && !isWhole(segment)) {
                missing += indexBytesMax(segment);
            }
        }
        return missing;
    }

    private long indexBytesMax(LogSegment segment) {
        int interval = Math.max(source.config().indexIntervalBytes(), BatchHeader.BYTES);
        return (segment.sizeInBytes() / interval + 2L) * INDEX_ENTRY_BYTES;
    }

    private long snapshotBytesMax() {
        return (source.producers().size() + 1L) * PRODUCER_BYTES;
    }

    /**
     * Copies the rest of the log, which is finished, and makes all of it durable.
     *
     * @throws StorageException if one of the disks fails
     */
    public void finish() {
        LogView last = source.view();
        follow(last);
        Set<String> names = names();
        deleteAllBut(names);
        for (LogSegment segment : last.segments()) {
            if (!isWhole(segment)) {
                copyBatches(segment, AT_ONCE);
                names.remove(name(segment, LogDirectory.LOG));
            }
        }
        names.removeAll(files);
        names.forEach(name -> copyAnew(name, AT_ONCE));
        to.force();
        to.disk().forceDirectory(Disk.parentOf(to.path()));
    }

    private static List<String> namesOf(LogSegment segment) {
        return List.of(
                name(segment, LogDirectory.LOG),
                name(segment, LogDirectory.OFFSET_INDEX),
                name(segment, LogDirectory.TIME_INDEX),
                name(segment, LogDirectory.TRANSACTION_INDEX));
    }

    private static String name(LogSegment segment, String suffix) {
        return LogDirectory.name(segment.baseOffset(), suffix);
    }

    private void copyAnew(String name, CleaningPace pace) {
        to.disk().delete(to.file(name));
        if (from.disk().exists(from.file(name))) {
            try (DiskFile file = from.disk().open(from.file(name))) {
                copyRest(name, file, pace);
            }
        }
    }

    /** @return bytes in the copy of the file now */
    private long copyRest(String name, DiskFile file, CleaningPace pace) {
        try (DiskFile target = to.disk().open(to.file(name))) {
            long end = file.size();
            long position = target.size();
            while (position < end) {
                chunk.clear().limit((int) Math.min(CHUNK_BYTES, end - position));
                if (!pace.spend(chunk.limit())) {
                    throw new StorageException("copy", from.path(), new IllegalStateException("it was stopped"));
                }
                int read = file.read(position, chunk);
                if (read == 0) {
                    throw new StorageException("copy", from.file(name), new IllegalStateException("it was cut"));
                }
                target.append(chunk.flip());
                position += read;
                copiedBytes += read;
            }
            target.force();
            return position;
        }
    }

    /** Deletes what was copied. */
    public void discard() {
        segments.clear();
        files.clear();
        delete(to.disk(), to.path());
    }

    /**
     * Gives the log that is closed and its copy, which is complete, their names; what was appended before can be opened on
     * the new disk then. Durable on return.
     *
     * @throws StorageException if a disk fails: {@link #withdraw} and {@link #undo} then
     */
    public void publish() {
        rename(from.disk(), from.path(), movedPath());
        rename(to.disk(), to.path(), from.path());
    }

    /** Takes back the name that the copy got, if it did: there must not be two logs of it. Durable on return. */
    public void withdraw() {
        Disk target = to.disk();
        if (!target.exists(to.path()) && target.exists(from.path())) {
            rename(target, from.path(), to.path());
        }
    }

    /** Makes the log that is closed the one to be opened again, after {@link #withdraw}. Durable on return. */
    public void undo() {
        if (from.disk().exists(movedPath())) {
            rename(from.disk(), movedPath(), from.path());
        }
    }

    private String movedPath() {
        return from.path() + "." + source.topicId() + MOVED_SUFFIX;
    }

    /** As before, on the old disk or the new one. Writer thread, after {@link #publish} or {@link #undo}. */
    public PartitionLog reopen(Disk disk) {
        PartitionLog log = PartitionLog.open(
                disk,
                from.path(),
                source.topicId(),
                source.config(),
                Optional.of(source.cleanEnd()),
                RecoveryListener.NONE);
        if (log.recovery().contradictsCleanEnd()) {
            log.close();
            throw new StorageException("copy", from.path(), new IllegalStateException("the copy ends elsewhere"));
        }
        // An epoch without batches is in memory only.
        source.epochs().latestEpoch().ifPresent(epoch -> {
            if (log.epochs().latestEpoch().orElse(-1) < epoch) {
                log.beginEpoch(epoch);
            }
        });
        return log;
    }

    private static void rename(Disk disk, String path, String target) {
        disk.rename(path, target);
        disk.forceDirectory(Disk.parentOf(path));
    }

    /** Deletes a log by its name on a disk, if it is there. */
    public static void delete(Disk disk, String path) {
        new ClosedLog(disk, path).delete();
    }
}
