package io.kontiki.broker.metrics;

import static io.kontiki.broker.metrics.MetricKind.COUNTER;
import static io.kontiki.broker.metrics.MetricKind.GAUGE;
import static io.kontiki.broker.metrics.MetricKind.HISTOGRAM;

import java.util.List;

/**
 * The catalogue of what a broker measures itself. {@code docs/metrics.md} has a row for each, with meaning and alarm; a test
 * holds code, table and a scrape in step. Units are in the names: seconds, bytes, or a plain number.
 */
public enum Metric {
    BUILD_INFO(GAUGE, "kontiki_build_info", "1; the version is in the label", "version"),
    BROKER_STATE(GAUGE, "kontiki_broker_state", "1 for the state that the broker is in, 0 for the others", "state"),
    SCRAPE_ERRORS(
            COUNTER, "kontiki_scrape_errors_total", "Scrapes without the metrics of a source, which failed", "source"),
    SCRAPE_LEFT_OUT(
            GAUGE,
            "kontiki_scrape_left_out",
            "Groups, committed offsets or replicas without series of their own in this scrape: there are too many",
            "kind"),
    CLUSTER_BROKERS(GAUGE, "kontiki_cluster_brokers", "Registered brokers, by state", "state"),
    CLUSTER_TOPICS(GAUGE, "kontiki_cluster_topics", "Topics of the cluster"),
    CLUSTER_PARTITIONS(GAUGE, "kontiki_cluster_partitions", "Partitions of the cluster"),
    CLUSTER_OFFLINE(GAUGE, "kontiki_cluster_offline_partitions", "Partitions of the cluster without a leader"),
    CLUSTER_UNDER_REPLICATED(
            GAUGE,
            "kontiki_cluster_under_replicated_partitions",
            "Partitions of the cluster with a replica that is not in sync"),
    CLUSTER_UNDER_MIN_ISR(
            GAUGE,
            "kontiki_cluster_under_min_isr_partitions",
            "Partitions of the cluster with too few in-sync replicas for acks=all"),
    CLUSTER_AT_MIN_ISR(
            GAUGE,
            "kontiki_cluster_at_min_isr_partitions",
            "Partitions of the cluster with no in-sync replica to spare for acks=all"),
    CLUSTER_REASSIGNING(
            GAUGE,
            "kontiki_cluster_reassigning_partitions",
            "Partitions of the cluster whose replicas are being moved"),
    QUORUM_VOTER(GAUGE, "kontiki_quorum_voter", "1 if this broker votes in the metadata quorum"),
    QUORUM_LEADER(GAUGE, "kontiki_quorum_leader", "1 if this broker leads the metadata quorum: it is the controller"),
    QUORUM_TERM(GAUGE, "kontiki_quorum_term", "Term of the metadata log, which rises with each election"),
    QUORUM_COMMIT_INDEX(
            GAUGE,
            "kontiki_quorum_commit_index",
            "Last entry of the metadata log that this voter knows to be committed"),
    QUORUM_SNAPSHOT_INDEX(
            GAUGE,
            "kontiki_quorum_snapshot_index",
            "Last entry of the metadata log in this voter's newest snapshot, -1 without one"),
    QUORUM_APPLIED_INDEX(
            GAUGE, "kontiki_quorum_applied_index", "Last entry of the metadata log that this broker's image contains"),
    REPLICAS(GAUGE, "kontiki_replicas", "Replicas that this broker should hold"),
    REPLICA_LEADERS(GAUGE, "kontiki_replica_leaders", "Partitions that this broker leads"),
    REPLICA_PREFERRED_LEADERS(
            GAUGE,
            "kontiki_replica_preferred_leaders",
            "Partitions of which this broker is the first replica, which leads if it can"),
    REPLICA_UNDER_REPLICATED(
            GAUGE,
            "kontiki_replica_under_replicated",
            "Partitions led by this broker with a replica that is not in sync"),
    REPLICA_UNDER_MIN_ISR(
            GAUGE,
            "kontiki_replica_under_min_isr",
            "Partitions led by this broker with too few in-sync replicas for acks=all"),
    REPLICA_OFFLINE(
            GAUGE, "kontiki_replica_offline", "Replicas that this broker should hold, but that are not open here"),
    REPLICA_MAX_LAG(
            GAUGE, "kontiki_replica_max_lag_records", "Most committed records that a follower on this broker lacks"),
    PARTITION_LOG_START_OFFSET(
            GAUGE, "kontiki_partition_log_start_offset", "First offset still readable here", "topic", "partition"),
    PARTITION_LOG_END_OFFSET(
            GAUGE, "kontiki_partition_log_end_offset", "Offset that the next record gets here", "topic", "partition"),
    PARTITION_HIGH_WATERMARK(
            GAUGE, "kontiki_partition_high_watermark", "First offset not known to be committed", "topic", "partition"),
    PARTITION_SIZE(
            GAUGE, "kontiki_partition_size_bytes", "Bytes of all segments of the log here", "topic", "partition"),
    GROUPS(GAUGE, "kontiki_groups", "Consumer groups that this broker coordinates, by state", "state"),
    GROUP_MEMBERS(GAUGE, "kontiki_group_members", "Members of a consumer group; told by its coordinator", "group"),
    GROUP_COMMITTED_OFFSET(
            GAUGE,
            "kontiki_group_committed_offset",
            "Offset of the next record that the group reads; told by the leader of the partition",
            "group",
            "topic",
            "partition"),
    GROUP_LAG_RECORDS(
            GAUGE,
            "kontiki_group_lag_records",
            "Records that the group has not read yet; told by the leader of the partition",
            "group",
            "topic",
            "partition"),
    GROUP_LAG_SECONDS(
            GAUGE,
            "kontiki_group_lag_seconds",
            "Age of the first record that the group has not read yet; told by the leader of the partition",
            "group",
            "topic",
            "partition"),
    PRODUCE_REQUESTS(COUNTER, "kontiki_produce_requests_total", "Requests of producers"),
    FETCH_REQUESTS(COUNTER, "kontiki_fetch_requests_total", "Requests of consumers for records"),
    TOPIC_RECEIVED_BYTES(
            COUNTER,
            "kontiki_topic_received_bytes_total",
            "Bytes of batches that producers had appended here",
            "topic"),
    TOPIC_RECEIVED_RECORDS(
            COUNTER, "kontiki_topic_received_records_total", "Records that producers had appended here", "topic"),
    TOPIC_DUPLICATE_BATCHES(
            COUNTER,
            "kontiki_topic_duplicate_batches_total",
            "Batches that producers sent again, and are there once",
            "topic"),
    TOPIC_SENT_BYTES(COUNTER, "kontiki_topic_sent_bytes_total", "Bytes of batches sent to consumers", "topic"),
    ERRORS(COUNTER, "kontiki_errors_total", "Partitions refused to producers and consumers, by reason", "reason"),
    PRODUCE_STAGE(
            HISTOGRAM, "kontiki_produce_stage_duration_seconds", "What the time of produced batches goes to", "stage"),
    FETCH_STAGE(HISTOGRAM, "kontiki_fetch_stage_duration_seconds", "What the time of fetches goes to", "stage"),
    REPLICATION_RECEIVED_BYTES(
            COUNTER,
            "kontiki_replication_received_bytes_total",
            "Bytes of batches that followers here got from leaders on other brokers"),
    REPLICATION_SENT_BYTES(
            COUNTER,
            "kontiki_replication_sent_bytes_total",
            "Bytes of batches that leaders here sent to followers on other brokers"),
    REPLICATION_ACK(
            HISTOGRAM,
            "kontiki_replication_ack_duration_seconds",
            "From an append of a leader here until a follower has appended it, too; a sample"),
    ISR_SHRINKS(
            COUNTER, "kontiki_isr_shrinks_total", "Times that in-sync replicas were taken out of a partition led here"),
    ISR_EXPANDS(COUNTER, "kontiki_isr_expands_total", "Times that replicas of a partition led here got in sync"),
    LEADER_ELECTIONS(
            COUNTER, "kontiki_leader_elections_total", "Times that this broker was elected to lead a partition"),
    CONNECTIONS(GAUGE, "kontiki_connections", "Connections of clients and brokers that are open"),
    CONNECTIONS_TAKEN(COUNTER, "kontiki_connections_taken_total", "Connections of clients and brokers that were taken"),
    CONNECTIONS_REFUSED(
            COUNTER, "kontiki_connections_refused_total", "Connections that were refused, since too many were open"),
    LOG_DIR_OFFLINE(GAUGE, "kontiki_log_dir_offline", "1 if the directory is not used any more in this run", "dir"),
    LOG_DIR_FULL(GAUGE, "kontiki_log_dir_full", "1 if the directory takes no appends for want of room", "dir"),
    LOG_DIR_FREE(
            GAUGE,
            "kontiki_log_dir_free_bytes",
            "Bytes that the broker may still write there, the reserve included",
            "dir"),
    LOG_DIR_TOTAL(GAUGE, "kontiki_log_dir_total_bytes", "Bytes of the file system that the directory is on", "dir"),
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

    private static final String TOTAL = "_total";

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

    /** As the library of Prometheus knows it: it puts the ending of counters behind their names itself. */
    String family() {
        return metricName.endsWith(TOTAL) ? metricName.substring(0, metricName.length() - TOTAL.length()) : metricName;
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
