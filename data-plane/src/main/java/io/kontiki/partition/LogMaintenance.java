package io.kontiki.partition;

import java.time.Duration;
import java.time.InstantSource;
import java.util.Collection;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What a broker's logs need from time to time: old segments go. One thread looks; what changes a log is handed to the
 * event loop of its partition. Segments that are closed by age and checkpoints are the matter of each partition's own
 * tick.
 */
final class LogMaintenance implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(LogMaintenance.class);

    private final Supplier<Collection<Partition>> partitions;
    private final InstantSource clock;
    private final ScheduledExecutorService thread;

    /**
     * Begins at once.
     *
     * @param partitions those of the moment; any thread
     * @param clock tells the age of records
     * @param retentionInterval how often it is looked for segments to delete
     */
    LogMaintenance(Supplier<Collection<Partition>> partitions, InstantSource clock, Duration retentionInterval) {
        this.partitions = partitions;
        this.clock = clock;
        this.thread = Executors.newSingleThreadScheduledExecutor(task -> {
            Thread daemon = new Thread(task, "kontiki-log-maintenance");
            daemon.setDaemon(true);
            return daemon;
        });
        long nanos = retentionInterval.toNanos();
        thread.scheduleWithFixedDelay(this::retain, nanos, nanos, TimeUnit.NANOSECONDS);
    }

    private void retain() {
        long nowMillis = clock.millis();
        for (Partition partition : partitions.get()) {
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
        // No interrupt: it would close the files that are being read under every other user of them.
        thread.shutdown();
        try {
            thread.awaitTermination(10, TimeUnit.SECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
