package io.kontiki.partition;

import io.kontiki.log.DamagedLogException;
import io.kontiki.log.LogCopy;
import io.kontiki.log.PartitionLog;
import io.kontiki.storage.StorageException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantReadWriteLock;
import java.util.function.Function;

/**
 * Where the log of a partition is, which changes when it moves to another directory. Changes on the partition's event loop;
 * any thread may ask.
 */
final class LogPlace {
    private static final long READERS_MILLIS_MAX = 500;

    private final ReentrantReadWriteLock moving = new ReentrantReadWriteLock();
    private volatile PartitionLogs.Placed placed;

    LogPlace(PartitionLogs.Placed placed) {
        this.placed = placed;
    }

    PartitionLogs.Placed placed() {
        return placed;
    }

    PartitionLog log() {
        return placed.log();
    }

    LogDir dir() {
        return placed.dir();
    }

    /** Reads files beside the event loop. Waits while the log is handed over to another directory. */
    <T> T read(Function<PartitionLog, T> reading) {
        moving.readLock().lock();
        try {
            return reading.apply(placed.log());
        } finally {
            moving.readLock().unlock();
        }
    }

    /**
     * Goes on with the copy. On the event loop, which waits for both disks.
     *
     * @return false if nothing happened, as readers are at it for too long
     * @throws StorageException if the copy is not to be used: the log goes on where it was
     * @throws BrokenLogException if it cannot go on at all
     */
    boolean exchange(LogCopy copy, LogDir target) {
        if (!awaitReaders()) {
            return false;
        }
        try {
            PartitionLogs.Placed old = placed;
            old.log().close();
            if (old.log().isFailed()) {
                // Its driver hears of it in another event.
                throw new StorageException("move", old.log().directory(), new IllegalStateException("it failed"));
            }
            try {
                copy.finish();
                copy.publish();
                placed = new PartitionLogs.Placed(
                        target, copy.reopen(target.disk().orElseThrow()));
            } catch (StorageException | DamagedLogException e) {
                placed = new PartitionLogs.Placed(old.dir(), restored(copy, old, e));
                throw new StorageException("move", old.log().directory(), e);
            }
            return true;
        } finally {
            moving.writeLock().unlock();
        }
    }

    private static PartitionLog restored(LogCopy copy, PartitionLogs.Placed old, RuntimeException cause) {
        try {
            copy.undo();
            return copy.reopen(old.dir().disk().orElseThrow());
        } catch (StorageException | DamagedLogException e) {
            e.addSuppressed(cause);
            throw new BrokenLogException(e);
        }
    }

    private boolean awaitReaders() {
        try {
            return moving.writeLock().tryLock(READERS_MILLIS_MAX, TimeUnit.MILLISECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        }
    }

    /** Neither the copy nor the log itself could be opened. */
    static final class BrokenLogException extends RuntimeException {
        private static final long serialVersionUID = 1;

        BrokenLogException(RuntimeException cause) {
            super(cause.getMessage(), cause);
        }
    }
}
