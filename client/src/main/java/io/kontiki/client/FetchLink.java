package io.kontiki.client;

import io.kontiki.proto.v1.FetchPartition;
import io.kontiki.proto.v1.FetchRequest;
import io.kontiki.proto.v1.FetchResponse;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;

/** The consumer's side of one broker: the stream and the one request that waits for an answer. Of the consumer's thread. */
final class FetchLink {
    /** All partitions together; leaves room below the largest message for a last batch that comes whole. */
    private static final int MAX_RESPONSE_BYTES = 32 << 20;

    private final HostPort address;
    private final Function<HostPort, FetchStream> dialler;
    private Map<TopicPartition, Long> asked = Map.of();
    private FetchStream stream;
    private long correlationId;
    private long sentNanos;
    private boolean inFlight;
    private boolean cancelled;

    FetchLink(HostPort address, Function<HostPort, FetchStream> dialler) {
        this.address = address;
        this.dialler = dialler;
    }

    HostPort address() {
        return address;
    }

    boolean isIdle() {
        return !inFlight;
    }

    long sentNanos() {
        return sentNanos;
    }

    /**
     * Asks for these partitions. Only if {@link #isIdle}.
     *
     * @param maxBytes of all together, above 0; a first batch that is larger comes all the same
     */
    void request(
            List<PartitionFetcher> partitions, ConsumerConfig config, long maxBytes, int maxWaitMillis, long nowNanos) {
        var request = FetchRequest.newBuilder()
                .setCorrelationId(++correlationId)
                .setMaxWaitMs(maxWaitMillis)
                .setMinBytes(config.fetchMinBytes())
                .setMaxBytes((int) Math.min(MAX_RESPONSE_BYTES, maxBytes));
        asked = new HashMap<>();
        for (var partition : partitions) {
            request.addPartitions(entry(partition, config));
            partition.onRequested();
            asked.put(partition.partition(), partition.generation());
        }
        if (stream == null) {
            stream = dialler.apply(address);
        }
        sentNanos = nowNanos;
        inFlight = true;
        stream.send(request.build());
    }

    private static FetchPartition entry(PartitionFetcher partition, ConsumerConfig config) {
        var entry = FetchPartition.newBuilder()
                .setTopic(partition.partition().topic())
                .setPartition(partition.partition().partition())
                .setOffset(partition.fetchOffset())
                .setMaxBytes(config.fetchMaxBytes())
                .setLeaderEpoch(partition.leaderEpoch());
        partition.fetchEpoch().ifPresent(entry::setLastEpoch);
        partition.topicId().ifPresent(id -> entry.setTopicId(WireValues.topicId(id)));
        return entry.build();
    }

    /** The partitions of the request with their generations, if this answers it; else nothing. */
    Map<TopicPartition, Long> onResponse(FetchStream source, FetchResponse response) {
        if (source != stream || response.getCorrelationId() != correlationId) {
            return Map.of();
        }
        if (cancelled) {
            // It came all the same, but nothing more can be sent there.
            stream = null;
        }
        return end();
    }

    /** The same for a stream that broke. */
    Map<TopicPartition, Long> onBroken(FetchStream source) {
        if (source != stream) {
            return Map.of();
        }
        stream = null;
        return end();
    }

    private Map<TopicPartition, Long> end() {
        var ended = asked;
        asked = Map.of();
        inFlight = false;
        cancelled = false;
        return ended;
    }

    /** Gives the stream up. The request counts as waiting until the stream breaks of that, or its answer comes first. */
    void cancel(String why) {
        if (stream != null) {
            stream.cancel(why);
            cancelled = true;
        }
    }
}
