package io.kontiki.log;

import io.kontiki.storage.DiskFullException;
import io.kontiki.storage.StorageException;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Whether a log may still be changed: neither closed nor failed. Any thread. */
final class LogStatus {
    private static final Logger LOG = LoggerFactory.getLogger(LogStatus.class);

    private final String directory;
    private volatile LogFailedException failure;
    private volatile boolean closed;

    LogStatus(String directory) {
        this.directory = directory;
    }

    boolean isFailed() {
        return failure != null;
    }

    boolean isClosed() {
        return closed;
    }

    /** Closed in order: what comes too late is no error. */
    boolean isOver() {
        return closed && failure == null;
    }

    void close() {
        closed = true;
    }

    /**
     * @throws LogFailedException if the log failed before
     * @throws IllegalStateException if it was closed
     */
    void requireOnline() {
        LogFailedException failed = failure;
        if (failed != null) {
            throw new LogFailedException(directory, failed.getCause());
        }
        if (closed) {
            throw new IllegalStateException("log " + directory + " is closed");
        }
    }

    /** Runs what writes to the disk; the first failure is the last operation (rule R10). */
    <T> T change(Supplier<T> operation) {
        requireOnline();
        try {
            return operation.get();
        } catch (StorageException e) {
            throw failed(e);
        }
    }

    void change(Runnable operation) {
        change(() -> {
            operation.run();
            return null;
        });
    }

    /** Runs a change that nobody needs any more once the log is closed in order, also if that comes meanwhile. */
    void unlessOver(Runnable change) {
        try {
            if (!isOver()) {
                change.run();
            }
        } catch (IllegalStateException closedMeanwhile) {
            if (!isOver()) {
                throw closedMeanwhile;
            }
        }
    }

    /** As {@link #change} for what a full disk refuses without harm (rule R11). */
    <T> T changeIfRoom(Supplier<T> operation) {
        requireOnline();
        try {
            return operation.get();
        } catch (DiskFullException full) {
            throw full;
        } catch (StorageException e) {
            throw failed(e);
        }
    }

    void changeIfRoom(Runnable operation) {
        changeIfRoom(() -> {
            operation.run();
            return null;
        });
    }

    private LogFailedException failed(StorageException cause) {
        LogFailedException failed = new LogFailedException(directory, cause);
        failure = failed;
        LOG.error("log {} goes offline", directory, cause);
        return failed;
    }
}
