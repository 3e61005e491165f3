package io.kontiki.partition;

import io.kontiki.log.LogCopy;
import io.kontiki.log.PartitionLog;
import io.kontiki.storage.StorageException;
import java.util.function.Function;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Where the log of a partition is, which changes when it moves to another directory. Changes on the partition's event loop;
 * any thread may ask. Readers take no lock and nobody waits for them: what was read from a log that is not in its place any
 * more does not count, and is read again from the one that is.
 */
final class LogPlace {
    private static final Logger LOG = LoggerFactory.getLogger(LogPlace.class);

    private volatile PartitionLogs.Placed placed;
    /** Files get other names: a reader may miss one, and take it for one that never was. */
    private volatile boolean renaming;

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

    /**
     * Reads files beside the event loop.
     *
     * @param reading called again if the log moved meanwhile
     */
    <T> T read(Function<PartitionLog, T> reading) {
        while (true) {
            PartitionLogs.Placed seen = placed;
            try {
                T found = reading.apply(seen.log());
                if (isStill(seen)) {
                    return found;
                }
            } catch (StorageException e) {
                if (isStill(seen)) {
                    throw e;
                }
            }
        }
    }

    private boolean isStill(PartitionLogs.Placed seen) {
        return renaming ? isStillAtTheEnd(seen) : placed == seen;
    }

    /** The lock is for the rare reader that has to wait for the end of an exchange. */
    private synchronized boolean isStillAtTheEnd(PartitionLogs.Placed seen) {
        return placed == seen;
    }

    /**
     * Goes on with the copy. On the event loop, which waits for both disks.
     *
     * @param bytesMax what may be left to copy
     * @return false if it is more: the log goes on where it was
     * @throws StorageException if the copy is not to be used: the log goes on where it was
     * @throws BrokenLogException if it cannot go on at all
     */
    synchronized boolean exchange(LogCopy copy, LogDir target, long bytesMax) {
        if (copy.missingBytes() > bytesMax) {
            return false;
        }
        PartitionLogs.Placed old = placed;
        old.log().finish();
        if (old.log().isFailed()) {
            // Its driver hears of it in another event.
            throw new StorageException("move", old.log().directory(), new IllegalStateException("it failed"));
        }
        try {
            // Compaction may have exchanged segments up to now.
            boolean isLittle = copy.missingBytes() <= bytesMax;
            placed = isLittle ? published(copy, target) : goingOn(copy, old);
            return isLittle;
        } catch (RuntimeException e) {
            // Whatever is wrong with the copy, the log itself is whole.
            placed = restored(copy, old, target, e);
            throw new StorageException("move", old.log().directory(), e);
        } finally {
            renaming = false;
            close(old.log());
        }
    }

    private PartitionLogs.Placed published(LogCopy copy, LogDir target) {
        copy.finish();
        renaming = true;
        copy.publish();
        return new PartitionLogs.Placed(target, copy.reopen(target.disk().orElseThrow()));
    }

    private static PartitionLogs.Placed goingOn(LogCopy copy, PartitionLogs.Placed old) {
        return new PartitionLogs.Placed(old.dir(), copy.reopen(old.dir().disk().orElseThrow()));
    }

    /** A target that does not even take back the name of the copy has failed, and the log must not go down with it. */
    private static PartitionLogs.Placed restored(
            LogCopy copy, PartitionLogs.Placed old, LogDir target, RuntimeException cause) {
        try {
            copy.withdraw();
        } catch (StorageException e) {
            cause.addSuppressed(e);
            target.takeOffline(String.valueOf(e.getMessage()));
        }
        try {
            copy.undo();
            return goingOn(copy, old);
        } catch (RuntimeException e) {
            e.addSuppressed(cause);
            throw new BrokenLogException(e);
        }
    }

    /** Everything in it is on the disk: a failure loses nothing. */
    private static void close(PartitionLog finished) {
        try {
            finished.close();
        } catch (StorageException e) {
            LOG.warn("Cannot close the files of {}", finished.directory(), e);
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
