package io.kontiki.partition;

import io.kontiki.log.LogScrub;
import io.kontiki.storage.StorageException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Looks, from time to time and slowly, whether the closed segments of all logs still are what was written (rule R14), on a
 * thread of its own. A replica with damage steps aside as if a reader had met it (rule L12).
 */
final class Scrubber implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Scrubber.class);
    /** Until the logs are open. */
    private static final long FIRST_PASS_NANOS = TimeUnit.MINUTES.toNanos(1);

    private final Supplier<? extends Collection<Partition>> partitions;
    private final long intervalNanos;
    private final LongSupplier nanoTime;
    private final CleanerThrottle throttle;
    private final CountDownLatch ended = new CountDownLatch(1);
    private final LongAdder damagedLogs = new LongAdder();
    private final Thread thread;

    /** @param partitions those of the moment; any thread */
    Scrubber(Supplier<? extends Collection<Partition>> partitions, ScrubSettings settings, LongSupplier nanoTime) {
        this.partitions = partitions;
        this.intervalNanos = settings.interval().toNanos();
        this.nanoTime = nanoTime;
        this.throttle = new CleanerThrottle(settings.bytesPerSecondMax(), nanoTime.getAsLong());
        this.thread = new Thread(this::run, "kontiki-log-scrub");
        thread.setDaemon(true);
        thread.start();
    }

    /** Logs in which damage was found, since the start. */
    long damagedLogs() {
        return damagedLogs.sum();
    }

    private void run() {
        boolean over = pause(Math.min(intervalNanos, FIRST_PASS_NANOS));
        while (!over) {
            long startNanos = nanoTime.getAsLong();
            pass();
            over = pause(Math.max(0, startNanos + intervalNanos - nanoTime.getAsLong()));
        }
    }

    /** In another order each time, so that a broker that often starts anew gets round to all of them. */
    private void pass() {
        List<Partition> all = new ArrayList<>(partitions.get());
        Collections.shuffle(all);
        for (Partition partition : all) {
            if (ended.getCount() == 0) {
                return;
            }
            if (!partition.dir().isOffline()) {
                scrub(partition);
            }
        }
    }

    private void scrub(Partition partition) {
        try {
            LogScrub.Report report = partition.scrub(this::spend);
            if (report.damage().isPresent()) {
                damagedLogs.increment();
                LOG.error(
                        "Scrub of {}: {}",
                        partition.name(),
                        report.damage().get().getMessage());
            }
            if (report.indexesReplaced() > 0) {
                LOG.warn("Scrub of {}: {} wrong indexes were made again", partition.name(), report.indexesReplaced());
            }
        } catch (StorageException e) {
            LOG.error("Scrub cannot read {}", partition.name(), e);
            partition.onUnreadable(e);
        } catch (RuntimeException e) {
            LOG.error("Scrub of {} failed in a way that was not foreseen", partition.name(), e);
        }
    }

    private boolean spend(int bytes) {
        return !pause(throttle.delayNanos(bytes, nanoTime.getAsLong()));
    }

    /** Whether the end came meanwhile. Not by interrupt: that would close files under other threads. */
    private boolean pause(long nanos) {
        try {
            return ended.await(nanos, TimeUnit.NANOSECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return true;
        }
    }

    /** Ends a pass between two batches, and the thread. */
    @Override
    public void close() {
        ended.countDown();
        try {
            thread.join(TimeUnit.SECONDS.toMillis(10));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
