package io.kontiki.partition;

import io.kontiki.log.LogCopy;
import io.kontiki.log.LogFailedException;
import io.kontiki.metadata.LocalMetadata;
import io.kontiki.metadata.PartitionRegistration;
import io.kontiki.metadata.TopicPartition;
import io.kontiki.proto.v1.ErrorReason;
import io.kontiki.storage.DiskFullException;
import io.kontiki.storage.StorageException;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Moves logs from one directory of this broker to another while they are used, one after the other: see {@link LogCopy}.
 * Any thread.
 */
final class LogMoves implements AutoCloseable {
    /** Hears of moves. */
    interface Listener {
        /** @param log path of the log, which is the same in both directories */
        void onMoved(Partition partition, LogDir from, String log);
    }

    private static final Logger LOG = LoggerFactory.getLogger(LogMoves.class);
    private static final int WAITING_MAX = 10_000;
    /** Copied while the event loop waits. */
    private static final long TAIL_BYTES_MAX = 1 << 20;
    /** Each copies what was written during the one before. */
    private static final int ROUNDS_MAX = 100;

    private final ThreadPoolExecutor thread =
            new ThreadPoolExecutor(1, 1, 0, TimeUnit.SECONDS, new LinkedBlockingQueue<>(WAITING_MAX), task -> {
                Thread daemon = new Thread(task, "kontiki-log-move");
                daemon.setDaemon(true);
                return daemon;
            });

    private final int brokerId;
    private final LocalMetadata metadata;
    private final List<LogDir> dirs;
    private final MovedLogs old;
    private final Listener moved;
    /** Of each partition the last move in this run. */
    private final Map<TopicPartition, MoveStatus> statuses = new ConcurrentHashMap<>();

    private final LongSupplier nanoTime;
    private final DiskThrottle throttle;
    private final CountDownLatch ended = new CountDownLatch(1);

    /**
     * @param old logs that are kept of moves before
     * @param moved told, on this object's thread, of a partition whose log is in another directory now
     */
    LogMoves(
            int brokerId,
            LocalMetadata metadata,
            List<LogDir> dirs,
            MovedLogs old,
            MoveSettings settings,
            LongSupplier nanoTime,
            Listener moved) {
        this.brokerId = brokerId;
        this.metadata = metadata;
        this.dirs = dirs;
        this.old = old;
        this.throttle = new DiskThrottle(settings.bytesPerSecondMax(), nanoTime.getAsLong());
        this.nanoTime = nanoTime;
        this.moved = moved;
    }

    /** Takes on another bound, for the move under way, too. */
    void limit(MoveSettings settings) {
        throttle.limit(settings.bytesPerSecondMax(), nanoTime.getAsLong());
    }

    /** Of the last move in this run; empty if there was none. */
    Optional<MoveStatus> status(TopicPartition id) {
        return Optional.ofNullable(statuses.get(id));
    }

    void forget(TopicPartition id) {
        statuses.remove(id);
    }

    /**
     * Begins, unless a move of the partition is under way: then that one goes on.
     *
     * @param target path or id of the directory
     */
    MoveStatus request(Partition partition, String target) {
        Optional<MoveStatus> last = status(partition.id());
        if (last.isPresent() && last.get().state() == MoveStatus.State.COPYING) {
            return last.get();
        }
        Optional<LogDir> found = dirs.stream()
                .filter(dir -> dir.path().equals(target)
                        || dir.id().map(UUID::toString).filter(target::equals).isPresent())
                .findFirst();
        if (found.isEmpty()) {
            return refused(
                    "broker " + brokerId + " has no directory \"" + Refusals.shown(target) + "\": it has " + dirs);
        }
        LogDir dir = found.get();
        Optional<String> obstacle = obstacle(partition, dir);
        if (obstacle.isPresent()) {
            return refused(obstacle.get());
        }
        try {
            requireRoom(dir, partition.place().log().sizeInBytes());
        } catch (StorageException | IllegalStateException e) {
            return MoveStatus.failed(ErrorReason.ERROR_REASON_STORAGE_FULL, e.getMessage());
        }
        return begin(partition, dir);
    }

    private Optional<String> obstacle(Partition partition, LogDir target) {
        LogDir source = partition.dir();
        if (target == source) {
            return Optional.of("the log of " + partition.name() + " is in " + target + " already");
        }
        UUID assigned = metadata.current()
                .partition(partition.id())
                .map(record -> record.directoryOf(brokerId))
                .orElse(PartitionRegistration.UNASSIGNED);
        if (source.isOffline() || source.id().filter(assigned::equals).isEmpty()) {
            return Optional.of("the log of " + partition.name() + " in " + source
                    + " cannot be moved now: the directory is offline, or the quorum does not know of it yet");
        }
        if (!target.holdsLogs()) {
            return Optional.of(target + " is the metadata.log.dir and none of log.dirs: it holds no logs");
        }
        if (target.isOffline()) {
            return Optional.of(target + " is offline: " + target.status().reason());
        }
        if (!LogCopy.hasRoomForNames(partition.place().log())) {
            return Optional.of(
                    "the log of " + partition.name() + " cannot be moved: the topic's name is so long that file"
                            + " systems have no room for those that its copy needs");
        }
        return old.of(partition.id())
                .map(kept -> "the log of " + partition.name() + " cannot be moved on yet: what is left of it in "
                        + kept.dir() + " is being deleted");
    }

    private static MoveStatus refused(String message) {
        return MoveStatus.failed(ErrorReason.ERROR_REASON_INVALID_ARGUMENT, message);
    }

    private MoveStatus begin(Partition partition, LogDir target) {
        long size = partition.place().log().sizeInBytes();
        MoveStatus begun = MoveStatus.copying(0, size);
        MoveStatus now = statuses.compute(
                partition.id(), (id, old) -> old != null && old.state() == MoveStatus.State.COPYING ? old : begun);
        if (now == begun) {
            try {
                thread.execute(() -> statuses.put(partition.id(), run(partition, target)));
            } catch (RejectedExecutionException e) {
                now = MoveStatus.failed(ErrorReason.ERROR_REASON_OVERLOADED, "too many moves wait on this broker");
                statuses.put(partition.id(), now);
            }
        }
        return now;
    }

    private MoveStatus run(Partition partition, LogDir target) {
        LogDir source = partition.dir();
        LOG.info("Moving the log of {} from {} to {}", partition.name(), source, target);
        try {
            requireRunning();
            LogCopy copy = new LogCopy(partition.place().log(), target.disk().orElseThrow());
            try {
                copy(partition, target, copy);
            } catch (RuntimeException e) {
                discard(copy, e);
                throw e;
            }
        } catch (DiskFullException e) {
            return failed(partition, ErrorReason.ERROR_REASON_STORAGE_FULL, e);
        } catch (LogFailedException e) {
            // Of a flush for the copy; nobody else may have heard (rule R10).
            partition.onUnreadable(e);
            return failed(partition, ErrorReason.ERROR_REASON_STORAGE_ERROR, e);
        } catch (RuntimeException e) {
            return failed(partition, ErrorReason.ERROR_REASON_STORAGE_ERROR, e);
        }
        source.logRemoved();
        target.logAdded();
        moved.onMoved(partition, source, partition.place().log().directory());
        LOG.info("The log of {} is in {} now", partition.name(), target);
        return MoveStatus.moved(partition.place().log().sizeInBytes());
    }

    private boolean isRunning() {
        return ended.getCount() > 0;
    }

    private void requireRunning() {
        if (!isRunning()) {
            throw new IllegalStateException("the broker stops");
        }
    }

    private static void discard(LogCopy copy, RuntimeException cause) {
        try {
            copy.discard();
        } catch (StorageException e) {
            cause.addSuppressed(e);
        }
    }

    private static MoveStatus failed(Partition partition, ErrorReason reason, RuntimeException cause) {
        LOG.error("The log of {} stays in {}: it cannot be moved", partition.name(), partition.dir(), cause);
        return MoveStatus.failed(
                reason, "the log of " + partition.name() + " stays where it is: " + cause.getMessage());
    }

    private void copy(Partition partition, LogDir target, LogCopy copy) {
        for (int round = 0; round < ROUNDS_MAX; round++) {
            long copied = catchUp(partition, target, copy);
            if (copied <= TAIL_BYTES_MAX && handOver(partition, target, copy)) {
                return;
            }
        }
        throw new IllegalStateException("more is written to it than can be copied");
    }

    /** Files go with retention, compaction and truncation: then what is there now is copied in the next round. */
    private long catchUp(Partition partition, LogDir target, LogCopy copy) {
        requireRoom(target, 0);
        try {
            return copy.catchUp(bytes -> spend(bytes, partition, copy) && !target.isOffline());
        } catch (DiskFullException e) {
            throw e;
        } catch (StorageException e) {
            if (!isRunning()
                    || target.isOffline()
                    || partition.dir().isOffline()
                    || partition.place().log().isClosed()) {
                throw e;
            }
            LOG.debug("The log of {} changed while it was copied", partition.name(), e);
            return Long.MAX_VALUE;
        }
    }

    /** @return false if the end came meanwhile; not by interrupt, which would close files under other threads */
    private boolean spend(int bytes, Partition partition, LogCopy copy) {
        statuses.put(
                partition.id(),
                MoveStatus.copying(copy.copiedBytes(), partition.place().log().sizeInBytes()));
        return throttle.spend(bytes, nanoTime, this::pause);
    }

    private boolean pause(long nanos) {
        try {
            return !ended.await(nanos, TimeUnit.NANOSECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        }
    }

    /** @throws IllegalStateException if more than that would not leave the reserve in the directory */
    static void requireRoom(LogDir target, long bytes) {
        if (target.state() != LogDir.State.ONLINE) {
            throw new IllegalStateException(
                    target + " is not online: " + target.status().reason());
        }
        long usable = target.disk().orElseThrow().usableBytes();
        if (usable - bytes < target.reserveBytes()) {
            throw new DiskFullException(
                    "move",
                    target.path(),
                    new IllegalStateException("it has " + usable + " bytes left, but needs " + bytes
                            + " and a reserve of " + target.reserveBytes()));
        }
    }

    private boolean handOver(Partition partition, LogDir target, LogCopy copy) {
        HandOver step = new HandOver(partition, target, copy, TAIL_BYTES_MAX);
        partition.execute(step::run);
        return step.await(this::isRunning);
    }

    /** Ends what is under way; the log stays where it is then, unless it is being handed over. */
    @Override
    public void close() {
        ended.countDown();
        thread.shutdown();
        try {
            thread.awaitTermination(10, TimeUnit.SECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
