package io.kontiki.partition;

import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.binder.MeterBinder;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import java.util.function.ToDoubleFunction;

/**
 * What tells an operator how the logs of this broker are; {@code docs/metrics.md} says what each is for. Labels are
 * directories, never partitions: there may be a hundred thousand of those. Any thread.
 */
final class LogMetrics implements MeterBinder {
    private final List<LogDir> dirs;
    private final Supplier<? extends Collection<Partition>> partitions;
    private final Map<LogDir, Compactor> compactors;
    private final Scrubbers scrubbers;

    /** @param partitions those of the moment; any thread */
    LogMetrics(
            List<LogDir> dirs,
            Supplier<? extends Collection<Partition>> partitions,
            Map<LogDir, Compactor> compactors,
            Scrubbers scrubbers) {
        this.dirs = dirs;
        this.partitions = partitions;
        this.compactors = compactors;
        this.scrubbers = scrubbers;
    }

    @Override
    public void bindTo(MeterRegistry registry) {
        dirs.forEach(dir -> bind(registry, dir));
        Gauge.builder("kontiki_log_divergent_partitions", this, LogMetrics::divergentPartitions)
                .description("Partitions led here of which an in-sync follower holds other records")
                .register(registry);
    }

    private void bind(MeterRegistry registry, LogDir dir) {
        gauge(
                registry,
                dir,
                "kontiki_log_dir_offline",
                "1 if the directory is not used any more in this run",
                each -> each.isOffline() ? 1 : 0);
        gauge(
                registry,
                dir,
                "kontiki_log_dir_full",
                "1 if the directory takes no appends for want of room",
                each -> each.state() == LogDir.State.FULL ? 1 : 0);
        gauge(
                registry,
                dir,
                "kontiki_log_dir_free_bytes",
                "Bytes that the broker may still write there, the reserve included",
                LogDir::freeBytes);
        gauge(
                registry,
                dir,
                "kontiki_log_dir_total_bytes",
                "Bytes of the file system that the directory is on",
                LogDir::totalBytes);
        counter(
                registry,
                dir,
                "kontiki_log_damage_total",
                "Times that a log turned out to be damaged or could not be read",
                LogDir::damageFound);
        counter(
                registry,
                dir,
                "kontiki_log_unclean_elections_total",
                "Times that a replica was elected which may lack committed records",
                LogDir::uncleanElections);
        counter(
                registry,
                dir,
                "kontiki_log_scrub_bytes_total",
                "Bytes that the scrub has read",
                each -> scrubbers.of(each).scrubbedBytes());
        gauge(
                registry,
                dir,
                "kontiki_log_scrub_remaining_logs",
                "Logs that the scrub under way has still to read",
                each -> scrubbers.of(each).remainingLogs());
        counter(
                registry,
                dir,
                "kontiki_log_compaction_passes_total",
                "Passes of compaction that came to their end",
                each -> compactors.get(each).passes());
        counter(
                registry,
                dir,
                "kontiki_log_compaction_removed_records_total",
                "Records that compaction has taken out of logs",
                each -> compactors.get(each).removedRecords());
        gauge(
                registry,
                dir,
                "kontiki_log_compaction_uncleanable_logs",
                "Logs that compaction leaves alone because of damage",
                each -> compactors.get(each).uncleanableLogs());
    }

    private static void gauge(
            MeterRegistry registry, LogDir dir, String name, String description, ToDoubleFunction<LogDir> value) {
        Gauge.builder(name, dir, value)
                .description(description)
                .tag("dir", dir.path())
                .register(registry);
    }

    private static void counter(
            MeterRegistry registry, LogDir dir, String name, String description, ToDoubleFunction<LogDir> value) {
        FunctionCounter.builder(name, dir, value)
                .description(description)
                .tag("dir", dir.path())
                .register(registry);
    }

    private double divergentPartitions() {
        return partitions.get().stream()
                .filter(partition -> !partition.divergentFollowers().isEmpty())
                .count();
    }
}
