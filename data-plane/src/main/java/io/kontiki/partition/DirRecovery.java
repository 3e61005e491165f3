package io.kontiki.partition;

import io.kontiki.log.CleanEnd;
import io.kontiki.log.ClosedLog;
import io.kontiki.log.DamagedLogException;
import io.kontiki.log.LogConfig;
import io.kontiki.log.PartitionLog;
import io.kontiki.log.RecoveryListener;
import io.kontiki.metadata.TopicPartition;
import io.kontiki.storage.Disk;
import io.kontiki.storage.StorageException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ExecutorService;
import java.util.function.Consumer;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Opens every log of one directory, which recovers it. Used once: {@link #submitTo}, and when that executor has ended,
 * the results.
 */
final class DirRecovery {
    private static final Logger LOG = LoggerFactory.getLogger(DirRecovery.class);
    private static final Pattern NAME = Pattern.compile("([a-zA-Z0-9._-]{1,249})-(\\d{1,9})");
    private static final String SEGMENT_SUFFIX = ".log";

    /** A log that was opened. */
    record Opened(TopicPartition id, PartitionLog log) {}

    private record Candidate(String directory, TopicPartition id, int segments) {}

    private final LogDir dir;
    private final LogConfig defaults;
    private final RecoveryProgress progress;
    private final Consumer<Set<TopicPartition>> damageFound;
    private final Optional<Map<TopicPartition, CleanEnd>> cleanEnds;
    private final Set<TopicPartition> found = new HashSet<>();
    private final Map<String, Optional<UUID>> names = new HashMap<>();
    private final List<Opened> opened = new ArrayList<>();
    private final List<TopicPartition> damaged = new ArrayList<>();
    private long cutBytes;

    /** @param cleanEnds how all of its logs ended, if the last run stopped in order here (rule R2) */
    DirRecovery(
            LogDir dir,
            LogConfig defaults,
            RecoveryProgress progress,
            Consumer<Set<TopicPartition>> damageFound,
            Optional<Map<TopicPartition, CleanEnd>> cleanEnds) {
        this.dir = dir;
        this.defaults = defaults;
        this.progress = progress;
        this.damageFound = damageFound;
        this.cleanEnds = cleanEnds;
    }

    LogDir dir() {
        return dir;
    }

    synchronized List<Opened> opened() {
        return List.copyOf(opened);
    }

    /** Partitions that have lost acknowledged records here. */
    synchronized List<TopicPartition> damaged() {
        return List.copyOf(damaged);
    }

    /** Of all logs that were found, with the topic that each tells, if it tells one. */
    Map<String, Optional<UUID>> names() {
        return names;
    }

    synchronized long cutBytes() {
        return cutBytes;
    }

    /** Lists the directory and hands in one task for each log. */
    void submitTo(ExecutorService threads) {
        List<Candidate> candidates = new ArrayList<>();
        try {
            Disk disk = dir.disk().orElseThrow();
            for (String name : disk.list("")) {
                if (name.endsWith(PartitionLog.DELETED_SUFFIX)) {
                    new ClosedLog(disk, name).delete();
                } else {
                    find(disk, name).ifPresent(candidates::add);
                }
            }
        } catch (StorageException e) {
            dir.takeOffline(String.valueOf(e.getMessage()));
            return;
        }
        candidates.forEach(log -> progress.found(dir, log.segments()));
        candidates.forEach(log -> found.add(log.id()));
        cleanEnds.ifPresent(this::noteMissing);
        candidates.forEach(log -> threads.execute(() -> recover(log)));
    }

    private Optional<Candidate> find(Disk disk, String directory) {
        Matcher matcher = NAME.matcher(directory);
        if (!matcher.matches()) {
            return Optional.empty();
        }
        int segments = (int) disk.list(directory).stream()
                .filter(file -> file.endsWith(SEGMENT_SUFFIX))
                .count();
        ClosedLog log = new ClosedLog(disk, directory);
        if (segments == 0 && log.isHalfMade()) {
            // Nothing was ever in it, so nothing is lost if there is no room to make it now.
            LOG.info("Deleting the log {} in {}: it was never made to its end", directory, dir);
            log.delete();
            return Optional.empty();
        }
        Optional<UUID> topicId = log.topicId();
        if (topicId.isPresent() || segments > 0) {
            names.put(directory, topicId);
        }
        if (topicId.isEmpty() && segments > 0) {
            LOG.error("The log {} in {} does not tell which topic it belongs to", directory, dir);
        }
        return topicId.map(
                id -> new Candidate(directory, new TopicPartition(id, Integer.parseInt(matcher.group(2))), segments));
    }

    /** All at once: each note is a write to the disk, and it may be thousands. */
    private void noteMissing(Map<TopicPartition, CleanEnd> ends) {
        Set<TopicPartition> missing = new HashSet<>(ends.keySet());
        missing.removeAll(found);
        if (!missing.isEmpty()) {
            LOG.error(
                    "The logs of partitions {} are not in {} any more, though the last run stopped in order",
                    missing,
                    dir);
            damageFound.accept(missing);
            missing.forEach(this::noteDamaged);
        }
    }

    private void recover(Candidate candidate) {
        Segments segments = new Segments(candidate.segments());
        try {
            noteOpened(candidate.id(), openOrSetDamageAside(candidate, segments));
        } catch (RuntimeException | InternalError e) {
            // Also what nobody foresaw: one log must not keep the others from opening.
            LOG.error("Cannot open the log {} in {}: its partition stays offline here", candidate.directory(), dir, e);
            noteDamaged(candidate.id());
        } finally {
            progress.logDone(dir, segments.left);
        }
    }

    /** Takes the segments of one log from those that remain, each once, though a damaged log is opened twice. */
    private final class Segments implements RecoveryListener {
        private int left;

        Segments(int found) {
            left = found;
        }

        @Override
        public void onSegments(int count) {
            // They were counted when the directory was listed.
        }

        @Override
        public void onSegmentDone(long scannedBytes) {
            int done = Math.min(left, 1);
            left -= done;
            progress.segmentsDone(dir, done, scannedBytes);
        }
    }

    private synchronized void noteOpened(TopicPartition id, PartitionLog log) {
        opened.add(new Opened(id, log));
        cutBytes += log.recovery().cutBytes();
    }

    private synchronized void noteDamaged(TopicPartition id) {
        dir.noteDamage();
        damaged.add(id);
    }

    private PartitionLog openOrSetDamageAside(Candidate candidate, RecoveryListener listener) {
        Disk disk = dir.disk().orElseThrow();
        UUID topicId = candidate.id().topicId();
        Optional<CleanEnd> end = cleanEnds.map(ends -> ends.get(candidate.id()));
        try {
            PartitionLog log = PartitionLog.open(disk, candidate.directory(), topicId, defaults, end, listener);
            if (log.recovery().contradictsCleanEnd() || (cleanEnds.isPresent() && end.isEmpty())) {
                LOG.error("The log {} in {} does not end as the last run left it", candidate.directory(), dir);
                damageFound.accept(Set.of(candidate.id()));
                noteDamaged(candidate.id());
            }
            return log;
        } catch (DamagedLogException e) {
            LOG.error("{}. What is damaged is kept aside; the rest comes back from the leader", e.getMessage());
            damageFound.accept(Set.of(candidate.id()));
            noteDamaged(candidate.id());
            new ClosedLog(disk, candidate.directory()).setDamageAside(e);
            return PartitionLog.open(disk, candidate.directory(), topicId, defaults, Optional.empty(), listener);
        }
    }
}
