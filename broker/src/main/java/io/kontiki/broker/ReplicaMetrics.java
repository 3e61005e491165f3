package io.kontiki.broker;

import io.kontiki.broker.metrics.Metric;
import io.kontiki.broker.metrics.MetricSource;
import io.kontiki.broker.metrics.Samples;
import io.kontiki.metadata.MetadataImage;
import io.kontiki.metadata.PartitionRegistration;
import io.kontiki.metadata.TopicPartition;
import io.kontiki.partition.Partition;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import java.util.function.Supplier;

/** The replicas of this broker: how many there are of each kind, and what each one's log holds. */
final class ReplicaMetrics implements MetricSource {
    static final Set<Metric> TOLD = Set.of(
            Metric.PARTITION_LOG_START_OFFSET,
            Metric.PARTITION_LOG_END_OFFSET,
            Metric.PARTITION_HIGH_WATERMARK,
            Metric.PARTITION_SIZE,
            Metric.REPLICAS,
            Metric.REPLICA_LEADERS,
            Metric.REPLICA_PREFERRED_LEADERS,
            Metric.REPLICA_UNDER_REPLICATED,
            Metric.REPLICA_UNDER_MIN_ISR,
            Metric.REPLICA_OFFLINE,
            Metric.REPLICA_MAX_LAG,
            Metric.SCRAPE_LEFT_OUT);

    private final int brokerId;
    private final Supplier<MetadataImage> image;
    private final Function<TopicPartition, Optional<Partition>> open;
    private final PartitionSeries series;

    /**
     * @param open the replica here, if it is open
     * @param series which of them get series of their own
     */
    ReplicaMetrics(
            int brokerId,
            Supplier<MetadataImage> image,
            Function<TopicPartition, Optional<Partition>> open,
            PartitionSeries series) {
        this.brokerId = brokerId;
        this.image = image;
        this.open = open;
        this.series = series;
    }

    /** One scrape. */
    private final class Look {
        final Samples samples;
        final SeriesLimit limit = new SeriesLimit("replicas", SeriesLimit.REPLICAS_MAX);
        int replicas;
        int leaders;
        int preferred;
        int underReplicated;
        int underMinIsr;
        int offline;
        long lagRecords;

        Look(Samples samples) {
            this.samples = samples;
        }

        void add(TopicPartition id, String topic, PartitionRegistration record) {
            if (!record.hasReplica(brokerId)) {
                return;
            }
            boolean leads = record.leader() == brokerId;
            replicas++;
            leaders += leads ? 1 : 0;
            preferred += record.replicas().get(0) == brokerId ? 1 : 0;
            underReplicated += leads && ClusterMetrics.isUnderReplicated(record) ? 1 : 0;
            underMinIsr += leads && ClusterMetrics.isUnderMinIsr(record) ? 1 : 0;
            var replica = open.apply(id);
            if (replica.isEmpty() || replica.get().dir().isOffline()) {
                offline++;
                return;
            }
            lagRecords = Math.max(lagRecords, replica.get().lagRecords());
            if (series.includes(leads) && limit.take()) {
                log(replica.get(), topic, Integer.toString(id.partition()));
            }
        }

        private void log(Partition replica, String topic, String partition) {
            samples.gauge(Metric.PARTITION_LOG_START_OFFSET, replica.logStartOffset(), topic, partition);
            samples.gauge(Metric.PARTITION_LOG_END_OFFSET, replica.logEndOffset(), topic, partition);
            samples.gauge(Metric.PARTITION_HIGH_WATERMARK, replica.highWatermark(), topic, partition);
            samples.gauge(Metric.PARTITION_SIZE, replica.sizeInBytes(), topic, partition);
        }

        void end() {
            samples.gauge(Metric.REPLICAS, replicas);
            samples.gauge(Metric.REPLICA_LEADERS, leaders);
            samples.gauge(Metric.REPLICA_PREFERRED_LEADERS, preferred);
            samples.gauge(Metric.REPLICA_UNDER_REPLICATED, underReplicated);
            samples.gauge(Metric.REPLICA_UNDER_MIN_ISR, underMinIsr);
            samples.gauge(Metric.REPLICA_OFFLINE, offline);
            samples.gauge(Metric.REPLICA_MAX_LAG, lagRecords);
            limit.tell(samples);
        }
    }

    @Override
    public void collect(Samples samples) {
        var now = image.get();
        if (now == MetadataImage.EMPTY) {
            return;
        }
        var look = new Look(samples);
        for (var topic : now.topics().all()) {
            int number = 0;
            for (var record : topic.partitions()) {
                look.add(new TopicPartition(topic.id(), number++), topic.name(), record);
            }
        }
        look.end();
    }
}
