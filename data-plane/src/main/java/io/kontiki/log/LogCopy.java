package io.kontiki.log;

import io.kontiki.storage.Disk;
import io.kontiki.storage.DiskFile;
import io.kontiki.storage.StorageException;
import java.nio.ByteBuffer;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.BooleanSupplier;

/**
 * Copies a log to another disk while it is in use. Most is copied beside the writer; the rest when the log is closed, which
 * takes the shorter, the less was appended since. Names tell how far a copy came:
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

    private final PartitionLog source;
    private final LogDirectory from;
    private final LogDirectory to;
    /** What was copied of which segments, and whether that was after they were closed. */
    private final Map<LogSegment, Boolean> copied = new IdentityHashMap<>();

    private final ByteBuffer chunk = ByteBuffer.allocateDirect(CHUNK_BYTES);
    private int cuts;
    private long activeBytes;
    private volatile long copiedBytes;

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
        discard();
        target.createDirectory(to.path());
    }

    /** Bytes written to the new disk so far. Any thread. */
    public long copiedBytes() {
        return copiedBytes;
    }

    /**
     * Copies what the log has and the copy has not, and makes it durable. Not on the writer thread.
     *
     * @param goOn asked before each chunk
     * @return bytes that were copied: few, if it is time to {@link #finish}
     * @throws StorageException if one of the disks fails, or the log was changed meanwhile: the next call may succeed
     */
    public long catchUp(BooleanSupplier goOn) {
        long before = copiedBytes;
        LogView view = source.view();
        if (view.cuts() != cuts) {
            cuts = view.cuts();
            discard();
            to.disk().createDirectory(to.path());
        }
        copied.keySet().retainAll(List.of(view.segments()));
        for (LogSegment segment : view.segments()) {
            boolean closed = segment != view.active();
            if (!copied.getOrDefault(segment, false)) {
                activeBytes = segment.sizeInBytes();
                // The open file, not the name: to open one that is gone would make it anew in the log.
                copyRest(name(segment, LogDirectory.LOG), segment.file(), copied.containsKey(segment), goOn);
                for (String suffix : closed ? LogDirectory.INDEXES : List.<String>of()) {
                    copyAnew(name(segment, suffix), goOn);
                }
                copied.put(segment, closed);
            }
        }
        to.force();
        return copiedBytes - before;
    }

    /** Bytes of batches that {@link #finish} would have to copy now. Writer thread. */
    public long missingBytes() {
        LogView view = source.view();
        if (view.cuts() != cuts) {
            return view.sizeInBytes();
        }
        long missing = 0;
        for (LogSegment segment : view.segments()) {
            if (!copied.getOrDefault(segment, false)) {
                missing += segment.sizeInBytes();
            }
            if (copied.containsKey(segment) && segment == view.active()) {
                missing -= activeBytes;
            }
        }
        return missing;
    }

    /**
     * Copies the rest of the log, which is closed, and makes all of it durable.
     *
     * @throws StorageException if one of the disks fails
     */
    public void finish() {
        LogView last = source.view();
        if (last.cuts() != cuts) {
            copied.clear();
        }
        copied.keySet().retainAll(List.of(last.segments()));
        List<String> names = from.disk().list(from.path()).stream()
                .filter(name -> !name.endsWith(Disk.UNFINISHED_SUFFIX))
                .toList();
        for (String name : to.disk().list(to.path())) {
            if (!names.contains(name)) {
                to.disk().delete(to.file(name));
            }
        }
        for (String name : names) {
            if (isOf(name, true) && hasAllOf(name)) {
                continue;
            }
            if (name.endsWith(LogDirectory.LOG) && isOf(name, false)) {
                try (DiskFile file = from.disk().open(from.file(name))) {
                    copyRest(name, file, true, () -> true);
                }
            } else {
                copyAnew(name, () -> true);
            }
        }
        to.force();
        to.disk().forceDirectory(Disk.parentOf(to.path()));
    }

    /** Whether a file belongs to a segment that was copied, in that state. */
    private boolean isOf(String name, boolean closed) {
        return copied.entrySet().stream()
                .anyMatch(each -> each.getValue() == closed && name.startsWith(name(each.getKey(), ".")));
    }

    private static String name(LogSegment segment, String suffix) {
        return LogDirectory.name(segment.baseOffset(), suffix);
    }

    /** Indexes may have been written after their segment was copied. */
    private boolean hasAllOf(String name) {
        try (DiskFile file = from.disk().open(from.file(name));
                DiskFile copy = to.disk().open(to.file(name))) {
            return file.size() == copy.size();
        }
    }

    private void copyAnew(String name, BooleanSupplier goOn) {
        to.disk().delete(to.file(name));
        if (from.disk().exists(from.file(name))) {
            try (DiskFile file = from.disk().open(from.file(name))) {
                copyRest(name, file, true, goOn);
            }
        }
    }

    private void copyRest(String name, DiskFile file, boolean begun, BooleanSupplier goOn) {
        if (!begun) {
            to.disk().delete(to.file(name));
        }
        try (DiskFile target = to.disk().open(to.file(name))) {
            long end = file.size();
            long position = target.size();
            while (position < end) {
                if (!goOn.getAsBoolean()) {
                    throw new StorageException("copy", from.path(), new IllegalStateException("it was stopped"));
                }
                chunk.clear().limit((int) Math.min(CHUNK_BYTES, end - position));
                int read = file.read(position, chunk);
                if (read == 0) {
                    throw new StorageException("copy", from.file(name), new IllegalStateException("it was cut"));
                }
                target.append(chunk.flip());
                position += read;
                copiedBytes += read;
            }
            target.force();
        }
    }

    /** Deletes what was copied. */
    public void discard() {
        copied.clear();
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
        if (disk.exists(path)) {
            disk.list(path).forEach(name -> disk.delete(path + "/" + name));
            disk.delete(path);
            disk.forceDirectory(Disk.parentOf(path));
        }
    }
}
