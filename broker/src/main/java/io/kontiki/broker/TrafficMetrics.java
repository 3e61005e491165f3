package io.kontiki.broker;

import io.kontiki.broker.metrics.Metric;
import io.kontiki.broker.metrics.MetricSource;
import io.kontiki.broker.metrics.Samples;
import io.kontiki.measure.LatencyHistogram;
import io.kontiki.measure.Stage;
import io.kontiki.measure.TopicTraffic;
import io.kontiki.measure.Traffic;
import io.kontiki.metadata.MetadataImage;
import io.kontiki.proto.v1.ErrorReason;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Supplier;

/** What producers, consumers and other replicas do on this broker. */
final class TrafficMetrics implements MetricSource {
    static final Set<Metric> TOLD = Set.of(
            Metric.PRODUCE_REQUESTS,
            Metric.FETCH_REQUESTS,
            Metric.REPLICATION_RECEIVED_BYTES,
            Metric.REPLICATION_SENT_BYTES,
            Metric.REPLICATION_ACK,
            Metric.PRODUCE_STAGE,
            Metric.FETCH_STAGE,
            Metric.ERRORS,
            Metric.TOPIC_RECEIVED_BYTES,
            Metric.TOPIC_RECEIVED_RECORDS,
            Metric.TOPIC_DUPLICATE_BATCHES,
            Metric.TOPIC_SENT_BYTES);

    private static final String REASON_PREFIX = "ERROR_REASON_";

    private final Traffic traffic;
    private final Supplier<MetadataImage> image;

    /** @param image names the topics */
    TrafficMetrics(Traffic traffic, Supplier<MetadataImage> image) {
        this.traffic = traffic;
        this.image = image;
    }

    @Override
    public void collect(Samples samples) {
        samples.counter(Metric.PRODUCE_REQUESTS, traffic.produceRequests());
        samples.counter(Metric.FETCH_REQUESTS, traffic.fetchRequests());
        stages(samples);
        replication(samples);
        errors(samples);
        topics(samples);
    }

    private void replication(Samples samples) {
        var replication = traffic.replication();
        samples.counter(Metric.REPLICATION_RECEIVED_BYTES, replication.receivedBytes());
        samples.counter(Metric.REPLICATION_SENT_BYTES, replication.sentBytes());
        samples.histogram(
                Metric.REPLICATION_ACK,
                LatencyHistogram.boundsSeconds(),
                replication.acknowledged().counts(),
                replication.acknowledged().sumSeconds());
    }

    private void stages(Samples samples) {
        double[] bounds = LatencyHistogram.boundsSeconds();
        for (var stage : Stage.values()) {
            var histogram = traffic.stage(stage);
            samples.histogram(
                    stage.ofProduce() ? Metric.PRODUCE_STAGE : Metric.FETCH_STAGE,
                    bounds,
                    histogram.counts(),
                    histogram.sumSeconds(),
                    stage.word());
        }
    }

    private void errors(Samples samples) {
        for (var reason : ErrorReason.values()) {
            if (reason != ErrorReason.ERROR_REASON_UNSPECIFIED && reason != ErrorReason.UNRECOGNIZED) {
                samples.counter(
                        Metric.ERRORS, traffic.refused(reason), reason.name().substring(REASON_PREFIX.length()));
            }
        }
    }

    /** In the order of names; a topic that was just deleted has none. */
    private void topics(Samples samples) {
        var topics = image.get().topics();
        var byName = new TreeMap<String, TopicTraffic>();
        traffic.topics().forEach((id, counts) -> topics.topic(id).ifPresent(topic -> byName.put(topic.name(), counts)));
        byName.forEach((name, counts) -> {
            samples.counter(Metric.TOPIC_RECEIVED_BYTES, counts.receivedBytes(), name);
            samples.counter(Metric.TOPIC_RECEIVED_RECORDS, counts.receivedRecords(), name);
            samples.counter(Metric.TOPIC_DUPLICATE_BATCHES, counts.duplicateBatches(), name);
            samples.counter(Metric.TOPIC_SENT_BYTES, counts.sentBytes(), name);
        });
    }
}
