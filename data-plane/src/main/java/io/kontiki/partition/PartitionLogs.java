package io.kontiki.partition;

import io.kontiki.log.CleanEnd;
import io.kontiki.log.ClosedLog;
import io.kontiki.log.DamagedLogException;
import io.kontiki.log.ForeignLogException;
import io.kontiki.log.LogConfig;
import io.kontiki.log.LogFailedException;
import io.kontiki.log.PartitionLog;
import io.kontiki.metadata.PartitionRegistration;
import io.kontiki.metadata.TopicConfig;
import io.kontiki.metadata.TopicPartition;
import io.kontiki.record.TimestampPolicy;
import io.kontiki.record.TimestampType;
import io.kontiki.storage.Disk;
import io.kontiki.storage.DiskFullException;
import io.kontiki.storage.StorageException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.Function;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The logs of this broker, in all of its directories. Recovers them at start and hands them out as the metadata asks for
 * them. One thread at a time; {@link #dirs}, {@link #recoveryProgress}, {@link #open} and {@link #delete} by any.
 */
public final class PartitionLogs {
    private static final Logger LOG = LoggerFactory.getLogger(PartitionLogs.class);
    private static final long PROGRESS_SECONDS = 3;

    /** Far above what a few wrong characters of an id make, and far below what tells two ids apart, which is about 61. */
    private static final int WRONG_BITS_MAX = 24;

    /** A log and the directory that it is in. */
    record Placed(LogDir dir, PartitionLog log) {}

    private final List<LogDir> dirs;
    private final List<LogDir> logDirs;
    private final LogConfig defaults;
    private final int recoveryThreadsPerDir;
    private final Consumer<Set<TopicPartition>> damageFound;
    private final RecoveryProgress progress;
    private final Threads system;
    /** More than one place is left by a broken move, or by hands. Guarded by itself, and never while the disk is used. */
    private final Map<TopicPartition, List<Placed>> recovered = new HashMap<>();

    private final MovedLogs moved;

    /** The topics that the logs of a name tell, of those that were found and not taken yet, until strays are set aside. */
    private final Map<String, Set<Optional<UUID>>> topicsToldBy = new HashMap<>();

    private boolean straysSetAside;

    /**
     * @param dirs all directories of {@code log.dirs}, those that are offline, too; and those that hold no logs
     * @param defaults settings that no topic configuration overrides
     * @param recoveryThreadsPerDir logs of one directory that are recovered at once, at least 1
     * @param damageFound told of partitions before the first bytes of their logs are moved aside, which no later run will
     *     find again: what the next run claims must not cover them (rule R3). Called by several threads
     * @param system what recovery runs on; its clock tells when strays are due
     */
    public PartitionLogs(
            List<LogDir> dirs,
            LogConfig defaults,
            int recoveryThreadsPerDir,
            Consumer<Set<TopicPartition>> damageFound,
            Threads system) {
        this.dirs = List.copyOf(dirs);
        this.logDirs = dirs.stream().filter(LogDir::holdsLogs).toList();
        this.defaults = defaults;
        this.recoveryThreadsPerDir = recoveryThreadsPerDir;
        this.damageFound = damageFound;
        this.system = system;
        this.progress = new RecoveryProgress(logDirs);
        this.moved = new MovedLogs(logDirs);
    }

    /**
     * What recovery found.
     *
     * @param damaged partitions that have lost acknowledged records here: the broker must not claim them
     */
    public record Recovery(int logs, long cutBytes, List<TopicPartition> damaged) {
        public Recovery {
            damaged = List.copyOf(damaged);
        }
    }

    /** In the order of the configuration. */
    public List<LogDir> dirs() {
        return dirs;
    }

    /** Bind it to a registry before {@link #recover}. */
    public RecoveryProgress recoveryProgress() {
        return progress;
    }

    /**
     * Opens every log there is, which recovers it; the directories side by side. Blocks.
     *
     * @param cleanEnds how the logs of a directory ended, if the last run stopped in order there: what ended so needs no
     *     verification, what did not is damaged (rule R3)
     */
    public Recovery recover(Function<LogDir, Optional<Map<TopicPartition, CleanEnd>>> cleanEnds) {
        moved.recover();
        List<DirRecovery> recoveries = logDirs.stream()
                .filter(dir -> !dir.isOffline())
                .map(dir -> new DirRecovery(dir, defaults, progress, damageFound, cleanEnds.apply(dir)))
                .toList();
        List<ExecutorService> pools = recoveries.stream().map(this::startOn).toList();
        awaitEnd(pools);
        recoveries.forEach(this::take);
        return new Recovery(
                recovered.size(),
                recoveries.stream().mapToLong(DirRecovery::cutBytes).sum(),
                recoveries.stream().flatMap(each -> each.damaged().stream()).toList());
    }

    private ExecutorService startOn(DirRecovery recovery) {
        ExecutorService threads = system.pool(recovery.dir(), "kontiki-recovery", recoveryThreadsPerDir);
        recovery.submitTo(threads);
        threads.shutdown();
        return threads;
    }

    private void awaitEnd(List<ExecutorService> pools) {
        long startNanos = system.nanoTime();
        try {
            for (ExecutorService pool : pools) {
                while (!pool.awaitTermination(PROGRESS_SECONDS, TimeUnit.SECONDS)) {
                    progress.log(system.nanoTime() - startNanos);
                }
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted while logs were recovered", e);
        }
    }

    private void take(DirRecovery recovery) {
        recovery.names()
                .forEach((name, topicId) -> topicsToldBy
                        .computeIfAbsent(name, first -> new HashSet<>())
                        .add(topicId));
        for (DirRecovery.Opened opened : recovery.opened()) {
            recovery.dir().logAdded();
            recovered
                    .computeIfAbsent(opened.id(), id -> new ArrayList<>())
                    .add(new Placed(recovery.dir(), opened.log()));
        }
    }

    /** Logs that were recovered and not taken yet. */
    Map<TopicPartition, List<Placed>> untaken() {
        Map<TopicPartition, List<Placed>> untaken = new HashMap<>();
        synchronized (recovered) {
            recovered.forEach((id, all) -> untaken.put(id, List.copyOf(all)));
        }
        return untaken;
    }

    /** Whether a log of the replica was recovered in that directory and not taken yet. */
    boolean isIn(TopicPartition id, UUID directory) {
        synchronized (recovered) {
            return recovered.getOrDefault(id, List.of()).stream().anyMatch(placed -> isAt(placed.dir(), directory));
        }
    }

    /** Whether the log was moved from there to where it was recovered: there is no other that counts. */
    boolean isMovedFrom(TopicPartition id, UUID directory) {
        synchronized (recovered) {
            return moved.isFrom(id, directory) && recovered.containsKey(id);
        }
    }

    /**
     * Whether a log of the replica's name was found that was not opened as its own: it may be, as {@code partition.metadata}
     * may be what is damaged. One of an earlier topic of the name is not. Tells of what the broker found at its start: what
     * is placed here later has no log yet.
     */
    boolean isUnreadable(TopicPartition id, String name) {
        synchronized (recovered) {
            return !recovered.containsKey(id)
                    && topicsToldBy.getOrDefault(name, Set.of()).stream().anyMatch(told -> mayBe(told, id.topicId()));
        }
    }

    /** What can be read and is damaged has some bits wrong, while half of the bits of two ids are different. */
    private static boolean mayBe(Optional<UUID> told, UUID topicId) {
        return told.map(other -> Long.bitCount(other.getMostSignificantBits() ^ topicId.getMostSignificantBits())
                        + Long.bitCount(other.getLeastSignificantBits() ^ topicId.getLeastSignificantBits()))
                .filter(differing -> differing > WRONG_BITS_MAX)
                .isEmpty();
    }

    /** The logs that were moved, as long as they are kept. */
    MovedLogs moved() {
        return moved;
    }

    private static boolean isAt(LogDir dir, UUID directory) {
        return dir.id().filter(directory::equals).isPresent();
    }

    /**
     * The log of a replica that was recovered: where the quorum has it; else, the longest one found anywhere. Else a new one
     * is to be {@link #open opened}, but not in another directory than the quorum has it in (rule R12). So the caller has to
     * tell the quorum first, unless {@link #isIn} or nothing is assigned.
     *
     * @param assigned the directory that the quorum has for it, or UNASSIGNED
     */
    Optional<Placed> takeRecovered(TopicPartition id, TopicConfig config, UUID assigned) {
        List<Placed> found;
        Optional<Placed> chosen;
        synchronized (recovered) {
            found = List.copyOf(recovered.getOrDefault(id, List.of()));
            chosen = found.stream()
                    .filter(placed -> !placed.dir().isOffline())
                    .max(Comparator.comparing((Placed placed) -> isAt(placed.dir(), assigned))
                            .thenComparing(placed -> placed.log().endOffset()));
            if (chosen.isEmpty()) {
                return chosen;
            }
            recovered.remove(id);
            found.forEach(placed -> topicsToldBy.remove(placed.log().directory()));
        }
        found.stream()
                .filter(placed -> placed != chosen.get() && !placed.dir().isOffline())
                .forEach(placed -> setStrayAside(
                        placed, "it has another log in " + chosen.get().dir()));
        chosen.get().log().configure(settings(config));
        return chosen;
    }

    /** Where a log can be made: in the one that the quorum has for it; else in all that work, first those with room, first those with the fewest logs. */
    List<LogDir> dirsForNew(UUID assigned) {
        return logDirs.stream()
                .filter(dir -> !dir.isOffline())
                .filter(dir -> assigned.equals(PartitionRegistration.UNASSIGNED) || isAt(dir, assigned))
                .sorted(Comparator.comparing(LogDir::state).thenComparing(LogDir::logs))
                .toList();
    }

    /**
     * Where logs can be made anew whose directory is gone for good: it is none of those of this broker, and none of these
     * keeps its id for itself because it cannot be opened.
     *
     * @param planned logs that are to be made in each directory; this one is added
     * @return empty if it may come back in this run, or no directory works
     */
    Optional<LogDir> inPlaceOf(UUID lost, Map<LogDir, Integer> planned) {
        boolean isGone = !lost.equals(PartitionRegistration.UNASSIGNED)
                && logDirs.stream().allMatch(dir -> dir.id().isPresent() && !isAt(dir, lost));
        Optional<LogDir> other = isGone
                ? logDirs.stream()
                        .filter(dir -> !dir.isOffline())
                        .min(Comparator.comparing(LogDir::state)
                                .thenComparing(dir -> dir.logs() + planned.getOrDefault(dir, 0)))
                : Optional.empty();
        other.ifPresent(dir -> planned.merge(dir, 1, Integer::sum));
        return other;
    }

    /** Whether a directory that cannot be used now may hold a log that the quorum has there, or has nowhere. */
    boolean mayComeBack(UUID assigned) {
        return logDirs.stream()
                .anyMatch(dir -> dir.id().isEmpty()
                        || (dir.isOffline()
                                && (assigned.equals(PartitionRegistration.UNASSIGNED) || isAt(dir, assigned))));
    }

    /** The log's settings for a topic. */
    LogConfig settings(TopicConfig config) {
        var retention = config.retention();
        var compaction = config.compaction();
        return defaults.withSegmentBytes(config.segments().bytes())
                .withSegmentMillis(segmentMillis(config))
                .withIndexIntervalBytes(config.segments().indexIntervalBytes())
                .withMaxMessageBytes(config.messages().maxBytes())
                .withTimestamps(timestamps(config.messages()))
                .withRetention(
                        retention.enabled()
                                ? new LogConfig.Retention(retention.millis(), retention.bytes())
                                : LogConfig.Retention.UNLIMITED)
                .withCompaction(new LogConfig.Compaction(
                        compaction.enabled(),
                        compaction.minDirtyRatio(),
                        compaction.minLagMillis(),
                        compaction.maxLagMillis(),
                        compaction.deleteRetentionMillis()));
    }

    private static TimestampPolicy timestamps(TopicConfig.Messages messages) {
        return new TimestampPolicy(
                messages.logAppendTime() ? TimestampType.LOG_APPEND_TIME : TimestampType.CREATE_TIME,
                messages.timestampBeforeMaxMillis(),
                messages.timestampAfterMaxMillis());
    }

    /** KIP-354: the segment that grows is not compacted, so it must be closed before its records are due. */
    private static long segmentMillis(TopicConfig config) {
        long millis = config.segments().millis();
        return config.compaction().enabled()
                ? Math.min(millis, config.compaction().maxLagMillis())
                : millis;
    }

    /** Whether there is surely no log of that name. Blocks on that directory. Any thread. */
    boolean isAbsent(LogDir dir, String log) {
        try {
            return !dir.isOffline() && !dir.disk().orElseThrow().exists(log);
        } catch (StorageException e) {
            return false;
        }
    }

    /**
     * Opens a log that was not recovered at the start, makes it if there is none. Blocks on that directory. Any thread.
     *
     * @param replaces whether a log of that name that belongs to another topic, or does not tell, is put aside for a new one
     * @return open, without room, or failed
     */
    OpenOutcome open(LogDir dir, TopicPartition id, String directory, TopicConfig config, boolean replaces) {
        if (dir.isOffline()) {
            return OpenOutcome.without(OpenOutcome.Kind.FAILED);
        }
        try {
            return OpenOutcome.of(new Placed(dir, openIn(dir, id, directory, settings(config), replaces)));
        } catch (DiskFullException e) {
            dir.noteFull(String.valueOf(e.getMessage()));
            return OpenOutcome.without(OpenOutcome.Kind.NO_ROOM);
        } catch (RuntimeException | InternalError e) {
            // Whatever lies in its directory, the other partitions go on.
            LOG.error("Cannot open the log {} in {}", directory, dir, e);
            return OpenOutcome.without(OpenOutcome.Kind.FAILED);
        }
    }

    private PartitionLog openIn(LogDir dir, TopicPartition id, String directory, LogConfig settings, boolean replaces) {
        forget(dir, directory);
        try {
            return openOrSetDamageAside(dir, id, directory, settings);
        } catch (ForeignLogException e) {
            if (!replaces) {
                throw e; // It may be what is missing, with a damaged identity.
            }
            // Mostly an earlier topic of the same name, deleted while this broker was down (rule M5).
            setAside(dir, directory, String.valueOf(e.getMessage()));
            return openOrSetDamageAside(dir, id, directory, settings);
        }
    }

    /** It was counted on no more, or had been found damaged at the start: what is lost comes back from the leader. */
    private PartitionLog openOrSetDamageAside(LogDir dir, TopicPartition id, String directory, LogConfig settings) {
        Disk disk = dir.disk().orElseThrow();
        try {
            return PartitionLog.open(disk, directory, id.topicId(), settings);
        } catch (DamagedLogException e) {
            LOG.error("{}. What is damaged is kept aside; the rest comes back from the leader", e.getMessage());
            damageFound.accept(Set.of(id));
            new ClosedLog(disk, directory).setDamageAside(e);
            return PartitionLog.open(disk, directory, id.topicId(), settings);
        }
    }

    /**
     * A name that cannot be changed is a failed write: the directory goes offline (rule R10).
     *
     * @throws StorageException then, and if there is no room
     */
    private void setAside(LogDir dir, String directory, String why) {
        try {
            StrayLogs.setAside(
                    dir.disk().orElseThrow(), directory, why, system.clock().millis());
        } catch (DiskFullException e) {
            dir.noteFull(String.valueOf(e.getMessage()));
            throw e;
        } catch (StorageException e) {
            dir.takeOffline(String.valueOf(e.getMessage()));
            throw e;
        }
    }

    /** Or it would be taken for a stray later, when another log has its directory, or be open twice. */
    private void forget(LogDir dir, String directory) {
        List<Placed> same = new ArrayList<>();
        synchronized (recovered) {
            for (List<Placed> all : recovered.values()) {
                all.stream()
                        .filter(placed ->
                                placed.dir() == dir && placed.log().directory().equals(directory))
                        .forEach(same::add);
                all.removeAll(same);
            }
        }
        same.forEach(placed -> {
            placed.log().close();
            dir.logRemoved();
        });
    }

    /**
     * Rule R13: logs that the metadata does not give to this broker are renamed, not deleted. Acts once.
     *
     * @param missing names of the logs of what is given to it, and is not open: what lies elsewhere than the quorum has it,
     *     or tells another topic under that name, may be the last copy. It is there to be taken, or to be mended, until the
     *     quorum counts on it no more
     */
    void setStraysAside(Map<TopicPartition, String> missing) {
        if (straysSetAside) {
            return;
        }
        straysSetAside = true;
        Set<String> kept = Set.copyOf(missing.values());
        List<Placed> strays = new ArrayList<>();
        synchronized (recovered) {
            recovered.forEach((id, all) -> all.removeIf(placed ->
                    !missing.containsKey(id) && !kept.contains(placed.log().directory()) && strays.add(placed)));
            recovered.values().removeIf(List::isEmpty);
            topicsToldBy.clear();
        }
        strays.stream()
                .filter(placed -> !placed.dir().isOffline())
                .forEach(placed -> setStrayAside(placed, "the cluster has no such partition on this broker"));
    }

    /** What keeps its name, since its directory fails or is full, will be a stray at the next start. */
    private void setStrayAside(Placed stray, String why) {
        String directory = stray.log().directory();
        stray.dir().logRemoved();
        try {
            stray.log().close();
            if (stray.dir().disk().orElseThrow().exists(directory)) {
                setAside(stray.dir(), directory, why);
            }
        } catch (StorageException | LogFailedException e) {
            LOG.error("Cannot set the log {} in {} aside", directory, stray.dir(), e);
            if (!(e instanceof DiskFullException)) {
                stray.dir().takeOffline(String.valueOf(e.getMessage()));
            }
        }
    }

    /** Deletes logs that were set aside a day ago. Any thread; to be called every hour or so. */
    void deleteDueStrays(LogDir dir) {
        StrayLogs.deleteDue(dir, system.clock().millis());
    }

    /** Any thread. What is in an offline directory is not touched: it will be a stray when that is back. */
    void delete(Placed placed) {
        try {
            if (!placed.dir().isOffline()) {
                placed.log().delete();
            }
        } catch (StorageException | LogFailedException | ForeignLogException e) {
            LOG.error("Cannot delete the log {} in {}", placed.log().directory(), placed.dir(), e);
        }
        placed.dir().logRemoved();
    }

    /**
     * Whether everything that the log was given is on the disk now, if its directory is online at all. What is in an
     * offline one is not touched.
     */
    boolean close(Placed placed) {
        if (placed.dir().isOffline()) {
            return true;
        }
        try {
            placed.log().close();
            return !placed.log().isFailed();
        } catch (StorageException | LogFailedException e) {
            LOG.error("Cannot close the log {} in {} in order", placed.log().directory(), placed.dir(), e);
            return false;
        }
    }
}
