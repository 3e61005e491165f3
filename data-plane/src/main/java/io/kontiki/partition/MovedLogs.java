package io.kontiki.partition;

import io.kontiki.log.ClosedLog;
import io.kontiki.log.LogCopy;
import io.kontiki.metadata.TopicPartition;
import io.kontiki.storage.Disk;
import io.kontiki.storage.StorageException;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Logs that have moved to another directory, as long as they are kept in the old one: until the quorum knows. While there
 * is one, the log in the new directory is the whole one, whatever the quorum says. Any thread.
 */
final class MovedLogs {
    private static final Logger LOG = LoggerFactory.getLogger(MovedLogs.class);
    private static final Pattern MOVED =
            Pattern.compile("(.+-(\\d{1,9}))\\.([0-9a-f-]{36})" + Pattern.quote(LogCopy.MOVED_SUFFIX));

    /** A log in the directory that it moved out of. */
    record Old(LogDir dir, String path) {}

    private final List<LogDir> dirs;
    private final Map<TopicPartition, Old> old = new ConcurrentHashMap<>();

    MovedLogs(List<LogDir> dirs) {
        this.dirs = dirs;
    }

    /** Ends what the last run left of moves: before the logs are opened. A directory that fails goes offline. */
    void recover() {
        for (LogDir dir : dirs) {
            onDisk(
                    dir,
                    disk -> disk.list("").stream()
                            .map(MOVED::matcher)
                            .filter(Matcher::matches)
                            .toList()
                            .forEach(name -> recover(dir, disk, name)));
        }
        for (LogDir dir : dirs) {
            onDisk(
                    dir,
                    disk -> disk.list("").stream()
                            .filter(name -> name.endsWith(LogCopy.MOVING_SUFFIX))
                            .toList()
                            .forEach(name -> LogCopy.delete(disk, name)));
        }
    }

    private void recover(LogDir dir, Disk disk, Matcher name) {
        String path = name.group();
        String log = name.group(1);
        UUID topicId = UUID.fromString(name.group(3));
        if (dirs.stream().anyMatch(other -> other != dir && holds(other, log, topicId))) {
            old.put(new TopicPartition(topicId, Integer.parseInt(name.group(2))), new Old(dir, path));
        } else if (dirs.stream().anyMatch(other -> other != dir && isCopying(other, log, topicId))) {
            LOG.warn("The move of {} out of {} was interrupted: it stays there", log, dir);
            disk.rename(path, log);
            disk.forceDirectory("");
        } else {
            LOG.error("{} in {} has moved to a directory that is not there. It is kept, but may be too old", path, dir);
        }
    }

    private static boolean holds(LogDir dir, String log, UUID topicId) {
        return !dir.isOffline()
                && new ClosedLog(dir.disk().orElseThrow(), log)
                        .topicId()
                        .filter(topicId::equals)
                        .isPresent();
    }

    private static boolean isCopying(LogDir dir, String log, UUID topicId) {
        return !dir.isOffline() && dir.disk().orElseThrow().exists(log + "." + topicId + LogCopy.MOVING_SUFFIX);
    }

    /** What may fail on a disk. */
    private interface DiskWork {
        void on(Disk disk);
    }

    private static void onDisk(LogDir dir, DiskWork work) {
        if (dir.isOffline()) {
            return;
        }
        try {
            work.on(dir.disk().orElseThrow());
        } catch (StorageException e) {
            dir.takeOffline(String.valueOf(e.getMessage()));
        }
    }

    void add(TopicPartition id, LogDir from, String log) {
        old.put(id, new Old(from, log + "." + id.topicId() + LogCopy.MOVED_SUFFIX));
    }

    /** Whether the log moved from there, and the quorum may not know yet. */
    boolean isFrom(TopicPartition id, UUID directory) {
        Old kept = old.get(id);
        return kept != null && kept.dir().id().filter(directory::equals).isPresent();
    }

    /** The old log, as long as any of it is kept: at most one, since no log moves on before. */
    Optional<Old> of(TopicPartition id) {
        return Optional.ofNullable(old.get(id));
    }

    /**
     * The quorum knows where the log is now, or that there is none any more. May block on the disk; one thread for each
     * directory.
     *
     * @param kept what {@link #of} gave then; nothing is deleted if it is not that any more
     */
    void delete(TopicPartition id, Old kept) {
        if (kept.equals(old.get(id))) {
            onDisk(kept.dir(), disk -> LogCopy.delete(disk, kept.path()));
            old.remove(id, kept);
        }
    }
}
