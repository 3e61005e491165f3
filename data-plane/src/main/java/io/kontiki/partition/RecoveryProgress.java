package io.kontiki.partition;

import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.binder.MeterBinder;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Function;
import java.util.function.ToDoubleFunction;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * How far the recovery of each directory is, for the log and for metrics. Thread-safe.
 *
 * <pre>
 * kontiki_log_recovery_remaining_logs{dir}      logs not yet opened
 * kontiki_log_recovery_remaining_segments{dir}  segments of those logs
 * </pre>
 */
public final class RecoveryProgress implements MeterBinder {
    private static final Logger LOG = LoggerFactory.getLogger(RecoveryProgress.class);
    private static final double GIB = 1L << 30;

    private static final class Counts {
        final AtomicInteger logs = new AtomicInteger();
        final AtomicInteger remainingLogs = new AtomicInteger();
        final AtomicInteger remainingSegments = new AtomicInteger();
        final AtomicLong scannedBytes = new AtomicLong();
    }

    private final List<LogDir> dirs;
    private final Map<LogDir, Counts> counts;

    RecoveryProgress(List<LogDir> dirs) {
        this.dirs = List.copyOf(dirs);
        this.counts =
                this.dirs.stream().collect(Collectors.toUnmodifiableMap(Function.identity(), dir -> new Counts()));
    }

    @Override
    public void bindTo(MeterRegistry registry) {
        for (LogDir dir : dirs) {
            gauge(
                    registry,
                    "kontiki_log_recovery_remaining_logs",
                    "Logs of the directory that are not recovered yet",
                    dir,
                    each -> each.remainingLogs.get());
            gauge(
                    registry,
                    "kontiki_log_recovery_remaining_segments",
                    "Segments of the directory that are not recovered yet",
                    dir,
                    each -> each.remainingSegments.get());
        }
    }

    private void gauge(
            MeterRegistry registry, String name, String description, LogDir dir, ToDoubleFunction<Counts> value) {
        Gauge.builder(name, counts.get(dir), value)
                .description(description)
                .tag("dir", dir.path())
                .register(registry);
    }

    /** Logs of the directory that are not recovered yet. */
    public int remainingLogs(LogDir dir) {
        return counts.get(dir).remainingLogs.get();
    }

    /** Logs that are not recovered yet, of all directories. */
    public int remainingLogs() {
        return counts.values().stream().mapToInt(of -> of.remainingLogs.get()).sum();
    }

    /** Segments of those logs. */
    public int remainingSegments() {
        return counts.values().stream()
                .mapToInt(of -> of.remainingSegments.get())
                .sum();
    }

    void found(LogDir dir, int segments) {
        Counts of = counts.get(dir);
        of.logs.incrementAndGet();
        of.remainingLogs.incrementAndGet();
        of.remainingSegments.addAndGet(segments);
    }

    void segmentsDone(LogDir dir, int segments, long scannedBytes) {
        Counts of = counts.get(dir);
        of.scannedBytes.addAndGet(scannedBytes);
        of.remainingSegments.addAndGet(-segments);
    }

    /** @param segmentsLeft those of the log that were not told as done */
    void logDone(LogDir dir, int segmentsLeft) {
        Counts of = counts.get(dir);
        of.remainingSegments.addAndGet(-segmentsLeft);
        of.remainingLogs.decrementAndGet();
    }

    /** A line for each directory that is not done. */
    void log(long elapsedNanos) {
        for (LogDir dir : dirs) {
            if (remainingLogs(dir) > 0) {
                LOG.info("Recovering {}", line(dir, elapsedNanos));
            }
        }
    }

    String line(LogDir dir, long elapsedNanos) {
        Counts of = counts.get(dir);
        int logs = of.logs.get();
        return String.format(
                Locale.ROOT,
                "%s: %,d of %,d logs, %.1f GiB scanned, %d s",
                dir.path(),
                logs - of.remainingLogs.get(),
                logs,
                of.scannedBytes.get() / GIB,
                elapsedNanos / 1_000_000_000L);
    }
}
