package io.kontiki.broker;

import io.kontiki.broker.metrics.ScrapedMetrics;
import io.kontiki.metadata.LocalMetadata;
import io.kontiki.service.DataPlane;
import java.time.Duration;
import java.time.InstantSource;
import java.util.OptionalLong;

/** Puts together what is measured of the cluster, of its quorum, and of the replicas, groups and traffic of one broker. */
final class ClusterSources {
    /** A scrape is to be over well within the usual 10 s of a Prometheus. */
    private static final Duration RECORD_TIMES_PATIENCE = Duration.ofSeconds(1);

    private ClusterSources() {}

    /** @return ends what it needs beside; to be called before the data plane ends */
    static Runnable add(
            ScrapedMetrics scraped,
            BrokerConfig config,
            int brokerId,
            LocalMetadata metadata,
            ControlPlane control,
            DataPlane dataPlane) {
        var times = new RecordTimes(
                place -> dataPlane
                        .partition(place.partition())
                        .map(partition -> partition.timestampFrom(place.offset()))
                        .orElseGet(OptionalLong::empty),
                RECORD_TIMES_PATIENCE);
        scraped.add("cluster", ClusterMetrics.TOLD, new ClusterMetrics(metadata::current));
        scraped.add("quorum", QuorumMetrics.TOLD, new QuorumMetrics(metadata::current, control::member));
        scraped.add(
                "replicas",
                ReplicaMetrics.TOLD,
                new ReplicaMetrics(brokerId, metadata::current, dataPlane::partition, config.partitionSeries()));
        scraped.add(
                "groups",
                GroupMetrics.TOLD,
                new GroupMetrics(
                        brokerId,
                        metadata::current,
                        dataPlane::partition,
                        times,
                        InstantSource.system(),
                        config.groupSeries()));
        scraped.add("traffic", TrafficMetrics.TOLD, new TrafficMetrics(dataPlane.traffic(), metadata::current));
        var changes = new ReplicaChanges(brokerId, dataPlane.traffic()::forget);
        metadata.addPublisher(changes);
        scraped.add("replica_changes", ReplicaChanges.TOLD, changes);
        return times::close;
    }
}
