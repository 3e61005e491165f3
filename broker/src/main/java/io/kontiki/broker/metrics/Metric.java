package io.kontiki.broker.metrics;

import static io.kontiki.broker.metrics.MetricKind.COUNTER;
import static io.kontiki.broker.metrics.MetricKind.GAUGE;

import java.util.List;

/**
 * The catalogue of what a broker measures itself. {@code docs/metrics.md} has a row for each, with meaning and alarm; a test
 * holds code, table and a scrape in step. Units are in the names: seconds, bytes, or a plain number.
 */
public enum Metric {
    BUILD_INFO(GAUGE, "kontiki_build_info", "1; the version is in the label", "version"),
    BROKER_STATE(GAUGE, "kontiki_broker_state", "1 for the state that the broker is in, 0 for the others", "state"),
    LOG_DIR_OFFLINE(GAUGE, "kontiki_log_dir_offline", "1 if the directory is not used any more in this run", "dir"),
    LOG_DIR_FULL(GAUGE, "kontiki_log_dir_full", "1 if the directory takes no appends for want of room", "dir"),
    LOG_DIR_FREE(
            GAUGE,
            "kontiki_log_dir_free_bytes",
            "Bytes that the broker may still write there, the reserve included",
            "dir"),
    LOG_DAMAGE(
            COUNTER,
            "kontiki_log_damage_total",
            "Times that a log turned out to be damaged or could not be read",
            "dir"),
    LOG_UNCLEAN_ELECTIONS(
            COUNTER,
            "kontiki_log_unclean_elections_total",
            "Times that a replica was elected which may lack committed records",
            "dir"),
    LOG_DIVERGENT_PARTITIONS(
            GAUGE,
            "kontiki_log_divergent_partitions",
            "Partitions led here of which an in-sync follower holds other records"),
    LOG_SCRUB_BYTES(COUNTER, "kontiki_log_scrub_bytes_total", "Bytes that the scrub has read", "dir"),
    LOG_SCRUB_REMAINING(
            GAUGE, "kontiki_log_scrub_remaining_logs", "Logs that the scrub under way has still to read", "dir"),
    LOG_COMPACTION_PASSES(
            COUNTER, "kontiki_log_compaction_passes_total", "Passes of compaction that came to their end", "dir"),
    LOG_COMPACTION_REMOVED(
            COUNTER,
            "kontiki_log_compaction_removed_records_total",
            "Records that compaction has taken out of logs",
            "dir"),
    LOG_COMPACTION_UNCLEANABLE(
            GAUGE,
            "kontiki_log_compaction_uncleanable_logs",
            "Logs that compaction leaves alone because of damage",
            "dir"),
    LOG_RECOVERY_REMAINING_LOGS(
            GAUGE, "kontiki_log_recovery_remaining_logs", "Logs of the directory that are not recovered yet", "dir"),
    LOG_RECOVERY_REMAINING_SEGMENTS(
            GAUGE,
            "kontiki_log_recovery_remaining_segments",
            "Segments of the directory that are not recovered yet",
            "dir");

    private final MetricKind kind;
    private final String metricName;
    private final String meaning;
    private final String[] labels;

    Metric(MetricKind kind, String metricName, String meaning, String... labels) {
        this.kind = kind;
        this.metricName = metricName;
        this.meaning = meaning;
        this.labels = labels;
    }

    public MetricKind kind() {
        return kind;
    }

    /** As Prometheus knows it. */
    public String metricName() {
        return metricName;
    }

    /** One line, which a scrape brings along. */
    public String meaning() {
        return meaning;
    }

    public List<String> labels() {
        return List.of(labels);
    }

    String[] labelNames() {
        return labels;
    }
}
