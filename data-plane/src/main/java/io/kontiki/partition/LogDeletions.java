package io.kontiki.partition;

import io.kontiki.metadata.TopicPartition;
import java.time.Duration;

/** Deletes logs that nobody needs any more, on a thread of each directory: files of terabytes take their time. Any thread. */
final class LogDeletions implements AutoCloseable {
    private static final Duration STRAYS_INTERVAL = Duration.ofHours(1);

    private final PartitionLogs logs;
    private final DirThreads threads;

    LogDeletions(PartitionLogs logs, Threads system) {
        this.logs = logs;
        this.threads = new DirThreads(logs.dirs(), "kontiki-log-delete", 1, system);
    }

    /** Begins to delete, every now and then, logs that were set aside long enough ago. */
    void start() {
        threads.every(STRAYS_INTERVAL, logs::deleteDueStrays);
    }

    /** @param done called when the log is gone, or cannot be deleted in this run */
    void delete(PartitionLogs.Placed ended, Runnable done) {
        threads.execute(ended.dir(), () -> {
            logs.delete(ended);
            done.run();
        });
    }

    /** What is left of a log that moved away, if there is any. */
    void deleteMoved(TopicPartition id) {
        MovedLogs moved = logs.moved();
        moved.of(id).ifPresent(kept -> threads.execute(kept.dir(), () -> moved.delete(id, kept)));
    }

    @Override
    public void close() {
        threads.close();
    }
}
