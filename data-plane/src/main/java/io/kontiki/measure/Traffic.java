package io.kontiki.measure;

import io.kontiki.proto.v1.ErrorReason;
import java.util.Collections;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.LongAdder;

/** What producers, consumers and other replicas do on this broker, since its start. Thread-safe. */
public final class Traffic {
    private final LatencyHistogram[] stages = new LatencyHistogram[Stage.values().length];
    private final LongAdder[] refusals = new LongAdder[ErrorReason.values().length];
    private final Map<UUID, TopicTraffic> topics = new ConcurrentHashMap<>();
    private final ReplicationTraffic replication = new ReplicationTraffic();
    private final LongAdder produceRequests = new LongAdder();
    private final LongAdder fetchRequests = new LongAdder();

    public Traffic() {
        for (int i = 0; i < stages.length; i++) {
            stages[i] = new LatencyHistogram();
        }
        for (int i = 0; i < refusals.length; i++) {
            refusals[i] = new LongAdder();
        }
    }

    public LatencyHistogram stage(Stage stage) {
        return stages[stage.ordinal()];
    }

    public ReplicationTraffic replication() {
        return replication;
    }

    public void onProduceRequest() {
        produceRequests.increment();
    }

    public void onFetchRequest() {
        fetchRequests.increment();
    }

    public long produceRequests() {
        return produceRequests.sum();
    }

    public long fetchRequests() {
        return fetchRequests.sum();
    }

    /** A producer or consumer was refused a partition. */
    public void onRefused(ErrorReason reason) {
        refusals[reason.ordinal()].increment();
    }

    /** How often for that reason. */
    public long refused(ErrorReason reason) {
        return refusals[reason.ordinal()].sum();
    }

    /** Of one topic; the same object until the topic is deleted. */
    public TopicTraffic topic(UUID id) {
        return topics.computeIfAbsent(id, key -> new TopicTraffic(this));
    }

    /** The topic was deleted. */
    public void forget(UUID id) {
        topics.remove(id);
    }

    /** Those of which this broker has, or had, a partition. */
    public Map<UUID, TopicTraffic> topics() {
        return Collections.unmodifiableMap(topics);
    }
}
