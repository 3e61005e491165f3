package io.kontiki.partition;

import io.kontiki.metadata.TopicConfig;
import io.kontiki.metadata.TopicPartition;
import java.util.function.Consumer;

/**
 * Opens logs, each on a thread of its directory: neither leases nor elections may wait for a disk, which has much to read
 * where a log is left over from before, or hangs. Any thread.
 */
final class LogOpenings implements AutoCloseable {
    /** What a new log costs is mostly waiting for its names to be forced, which a file system does for several at once. */
    private static final int THREADS_PER_DIR = 4;

    private final PartitionLogs logs;
    private final DirThreads threads;
    private volatile boolean closed;

    LogOpenings(PartitionLogs logs, Threads system) {
        this.logs = logs;
        this.threads = new DirThreads(logs.dirs(), "kontiki-log-open", THREADS_PER_DIR, system);
    }

    /**
     * Begins. The log counts for its directory from now on, unless it cannot be opened.
     *
     * @param makes whether a log is made if there is none, or what is there does not tell that it is this one
     * @param opened called on another thread
     */
    void begin(
            LogDir dir,
            TopicPartition id,
            String name,
            TopicConfig config,
            boolean makes,
            Consumer<OpenOutcome> opened) {
        dir.logAdded();
        threads.execute(dir, () -> open(dir, id, name, config, makes, opened));
    }

    private void open(
            LogDir dir,
            TopicPartition id,
            String name,
            TopicConfig config,
            boolean makes,
            Consumer<OpenOutcome> opened) {
        if (closed) {
            return; // A log that nobody knows of would be missed by the note of how this run's logs ended (rule R2).
        }
        boolean absent = !makes && logs.isAbsent(dir, name);
        OpenOutcome outcome =
                absent ? OpenOutcome.without(OpenOutcome.Kind.ABSENT) : logs.open(dir, id, name, config, makes);
        if (outcome.log().isEmpty()) {
            dir.logRemoved();
        }
        opened.accept(outcome);
    }

    @Override
    public void close() {
        closed = true;
        threads.close();
    }
}
