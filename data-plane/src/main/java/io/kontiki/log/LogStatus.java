package io.kontiki.log;

import io.kontiki.storage.DiskFullException;
import io.kontiki.storage.NoDescriptorsException;
import io.kontiki.storage.StorageException;
import java.util.function.Predicate;
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
    void change(Runnable operation) {
        run(operation, failure -> false);
    }

    /** As {@link #change} for what is not begun without descriptors, and then may be tried again. */
    void changeIfBegun(Runnable operation) {
        run(operation, NoDescriptorsException.class::isInstance);
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
        return run(operation, DiskFullException.class::isInstance);
    }

    void changeIfRoom(Runnable operation) {
        run(operation, DiskFullException.class::isInstance);
    }

    private void run(Runnable operation, Predicate<StorageException> harmless) {
        run(
                () -> {
                    operation.run();
                    return null;
                },
                harmless);
    }

    private <T> T run(Supplier<T> operation, Predicate<StorageException> harmless) {
        requireOnline();
        try {
            return operation.get();
        } catch (StorageException e) {
            throw harmless.test(e) ? e : failed(e);
        }
    }

    private LogFailedException failed(StorageException cause) {
        LogFailedException failed = new LogFailedException(directory, cause);
        failure = failed;
        LOG.error("log {} goes offline", directory, cause);
        return failed;
    }
}
