package io.kontiki.broker;

import io.kontiki.broker.metrics.Metric;
import io.kontiki.broker.metrics.MetricSource;
import io.kontiki.broker.metrics.Samples;
import io.kontiki.metadata.BrokerRegistration;
import io.kontiki.metadata.MetadataImage;
import io.kontiki.metadata.PartitionRegistration;
import java.util.Set;
import java.util.function.Supplier;

/** The cluster as this broker's image has it: the same on all brokers, but for what is on its way. Says nothing before one. */
final class ClusterMetrics implements MetricSource {
    static final Set<Metric> TOLD = Set.of(
            Metric.CLUSTER_TOPICS,
            Metric.CLUSTER_PARTITIONS,
            Metric.CLUSTER_OFFLINE,
            Metric.CLUSTER_UNDER_REPLICATED,
            Metric.CLUSTER_UNDER_MIN_ISR,
            Metric.CLUSTER_AT_MIN_ISR,
            Metric.CLUSTER_REASSIGNING,
            Metric.CLUSTER_BROKERS);

    private final Supplier<MetadataImage> image;

    ClusterMetrics(Supplier<MetadataImage> image) {
        this.image = image;
    }

    /** How many of the partitions are so. */
    private static final class Count {
        int partitions;
        int offline;
        int underReplicated;
        int underMinIsr;
        int atMinIsr;
        int reassigning;

        void add(PartitionRegistration partition) {
            partitions++;
            offline += partition.hasLeader() ? 0 : 1;
            underReplicated += isUnderReplicated(partition) ? 1 : 0;
            underMinIsr += isUnderMinIsr(partition) ? 1 : 0;
            atMinIsr += isAtMinIsr(partition) ? 1 : 0;
            reassigning += partition.reassignment().isUnderWay() ? 1 : 0;
        }
    }

    /** A replica that is being added is not missed yet. */
    static boolean isUnderReplicated(PartitionRegistration partition) {
        return !partition.isr().containsAll(partition.earlierReplicas());
    }

    /** Writes with {@code acks=all} are refused. */
    static boolean isUnderMinIsr(PartitionRegistration partition) {
        return partition.isr().size() < partition.minIsr();
    }

    /** They would be if one more failed, though there were more replicas to begin with. */
    static boolean isAtMinIsr(PartitionRegistration partition) {
        return partition.isr().size() == partition.minIsr()
                && partition.minIsr() < partition.replicas().size();
    }

    @Override
    public void collect(Samples samples) {
        var now = image.get();
        if (now == MetadataImage.EMPTY) {
            return;
        }
        brokers(samples, now);
        var count = new Count();
        now.topics().all().forEach(topic -> topic.partitions().forEach(count::add));
        samples.gauge(Metric.CLUSTER_TOPICS, now.topics().size());
        samples.gauge(Metric.CLUSTER_PARTITIONS, count.partitions);
        samples.gauge(Metric.CLUSTER_OFFLINE, count.offline);
        samples.gauge(Metric.CLUSTER_UNDER_REPLICATED, count.underReplicated);
        samples.gauge(Metric.CLUSTER_UNDER_MIN_ISR, count.underMinIsr);
        samples.gauge(Metric.CLUSTER_AT_MIN_ISR, count.atMinIsr);
        samples.gauge(Metric.CLUSTER_REASSIGNING, count.reassigning);
    }

    private static void brokers(Samples samples, MetadataImage now) {
        var all = now.brokers().values();
        long fenced = all.stream().filter(BrokerRegistration::fenced).count();
        long usable = all.stream().filter(BrokerRegistration::usable).count();
        samples.gauge(Metric.CLUSTER_BROKERS, usable, "running");
        samples.gauge(Metric.CLUSTER_BROKERS, fenced, "fenced");
        samples.gauge(Metric.CLUSTER_BROKERS, all.size() - usable - fenced, "draining");
    }
}
