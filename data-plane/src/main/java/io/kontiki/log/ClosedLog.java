package io.kontiki.log;

import io.kontiki.storage.Disk;
import io.kontiki.storage.DiskFile;
import io.kontiki.storage.StorageException;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A log that nobody has open: what can be told of it, and done about its damage. Every method throws
 * {@link StorageException} if the disk fails.
 */
public final class ClosedLog {
    private static final Logger LOG = LoggerFactory.getLogger(ClosedLog.class);

    private final LogDirectory directory;

    /** @param directory path on the disk; there may be no log in it */
    public ClosedLog(Disk disk, String directory) {
        this.directory = new LogDirectory(disk, directory);
    }

    /** The topic that the log belongs to; empty if there is none or it does not tell. Changes nothing. */
    public Optional<UUID> topicId() {
        return new LogCheckpoints(directory).readTopicId();
    }

    /** Whether the directory holds any file of a log, whosever it is: one that lost its segments counts. */
    public boolean exists() {
        return directory.disk().list(directory.path()).stream()
                .anyMatch(name -> LogCheckpoints.NAMES.contains(name)
                        || LogInspection.baseOffsetOf(name).isPresent());
    }

    /** Whether its making was never finished: it tells its topic, which is noted first, and has had no records. */
    public boolean isHalfMade() {
        return topicId().isPresent()
                && directory.disk().list(directory.path()).stream()
                        .allMatch(name -> name.equals(LogCheckpoints.PARTITION_METADATA)
                                || name.equals(LogCheckpoints.OFFSET_CHECKPOINT) && tellsOfNoRecords()
                                || name.endsWith(Disk.UNFINISHED_SUFFIX));
    }

    /** One that is torn was the first: all others replace one that is whole. */
    private boolean tellsOfNoRecords() {
        return new LogCheckpoints(directory)
                .readOffsets()
                .filter(noted -> !noted.equals(OffsetCheckpoint.OF_NEW_LOG))
                .isEmpty();
    }

    /**
     * Looks through the log. Reads all of it; changes nothing.
     *
     * @return for {@link #setDamageAside}; empty if all is sound
     */
    public Optional<DamagedLogException> findDamage() {
        List<Long> bases = directory.offsetsWith(LogDirectory.LOG);
        DurableRange durable = DurableRange.of(new LogCheckpoints(directory).readOffsets(), Optional.empty());
        return durable.missingStart(directory, bases)
                .or(() -> bases.isEmpty() ? Optional.empty() : walk(bases, durable));
    }

    private Optional<DamagedLogException> walk(List<Long> bases, DurableRange durable) {
        BatchOrder order = new BatchOrder(durable.gapsBelow(), 0);
        ByteBuffer chunk = ByteBuffer.allocate(SegmentWalk.CHUNK_BYTES);
        for (int i = durable.firstSegment(bases); i < bases.size(); i++) {
            long end = i + 1 < bases.size() ? bases.get(i + 1) : -1;
            try (DiskFile file = directory.disk().open(directory.file(bases.get(i), LogDirectory.LOG))) {
                SegmentWalk walk = new SegmentWalk(file, bases.get(i), order, chunk);
                Optional<String> wrong = walk.run((batch, position) -> true)
                        .or(() -> end < 0 ? durable.endAt(order.nextOffset()) : order.endBefore(end));
                if (wrong.isPresent()) {
                    return Optional.of(durable.damage(file.path(), walk.position(), order.nextOffset(), wrong.get()));
                }
            }
        }
        return Optional.empty();
    }

    /**
     * Deletes the directory with all its files, if it is there; durable on return. A power cut may leave some of the files,
     * so it must have a name by now that no log is opened by, or be half made.
     */
    public void delete() {
        Disk disk = directory.disk();
        if (disk.exists(directory.path())) {
            disk.list(directory.path()).forEach(name -> disk.delete(directory.file(name)));
            disk.delete(directory.path());
            disk.forceDirectory(Disk.parentOf(directory.path()));
        }
    }

    /**
     * Prepares a damaged log for a new {@link PartitionLog#open}: the damaged segment and all behind it are renamed and
     * kept, batches before the damage stay, the recovery point is lowered to it. The replica has then lost acknowledged
     * data and must say so (rules R3 and R7).
     */
    public void setDamageAside(DamagedLogException damage) {
        new DamageAside(directory, new LogCheckpoints(directory)).run(damage);
        LOG.error("log {}: set damaged segments aside: {}", directory.path(), damage.getMessage());
    }
}
