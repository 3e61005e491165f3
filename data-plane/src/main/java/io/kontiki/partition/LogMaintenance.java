package io.kontiki.partition;

import java.time.Duration;
import java.time.InstantSource;
import java.util.Collection;
import java.util.List;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What a broker's logs need from time to time: old segments go. A thread of each directory looks; what changes a log is
 * handed to the event loop of its partition. Segments that are closed by age and checkpoints are the matter of each
 * partition's own tick.
 */
final class LogMaintenance implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(LogMaintenance.class);

    private final Supplier<Collection<Partition>> partitions;
    private final InstantSource clock;
    private final DirThreads threads;

    /**
     * Begins at once.
     *
     * @param partitions those of the moment; any thread
     * @param system its clock tells the age of records
     * @param retentionInterval how often it is looked for segments to delete
     */
    LogMaintenance(
            List<LogDir> dirs, Supplier<Collection<Partition>> partitions, Threads system, Duration retentionInterval) {
        this.partitions = partitions;
        this.clock = system.clock();
        this.threads = new DirThreads(dirs, "kontiki-log-maintenance", 1, system);
        threads.every(retentionInterval, this::retain);
    }

    private void retain(LogDir dir) {
        long nowMillis = clock.millis();
        for (Partition partition : partitions.get()) {
            if (partition.dir() != dir || dir.isOffline()) {
                continue;
            }
            try {
                partition.retain(nowMillis);
            } catch (RuntimeException | InternalError e) {
                // The others must not keep their old segments for it. The error is that of a lost page of a mapped
                // index.
                LOG.error("Cannot look for old segments of {}", partition.name(), e);
            }
        }
    }

    /** Ends what is under way. */
    @Override
    public void close() {
        threads.close();
    }
}
