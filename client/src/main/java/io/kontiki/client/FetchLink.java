package io.kontiki.client;

import io.kontiki.proto.v1.FetchPartition;
import io.kontiki.proto.v1.FetchRequest;
import io.kontiki.proto.v1.FetchResponse;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;

/**
 * The consumer's side of one broker: the stream and the requests that wait for an answer, which come in order. Of the
 * consumer's thread.
 *
 * <p>A second request goes out behind one that is answered at once, so that the broker reads while the last answer is on
 * its way. Behind one that waits for new records it would wait too.
 */
final class FetchLink {
    private static final int MAX_IN_FLIGHT = 2;

    /**
     * A request on its way.
     *
     * @param generations of the partitions asked for
     * @param maxBytes its answer takes no more, but for a last batch that comes whole
     * @param prompt whether it is answered at once
     */
    private record Asked(long correlationId, Map<TopicPartition, Long> generations, long maxBytes, boolean prompt) {}

    private final HostPort address;
    private final Function<HostPort, FetchStream> dialler;
    private final Deque<Asked> asked = new ArrayDeque<>();
    private FetchStream stream;
    private long correlationId;
    private long owedSinceNanos;
    private boolean cancelled;

    FetchLink(HostPort address, Function<HostPort, FetchStream> dialler) {
        this.address = address;
        this.dialler = dialler;
    }

    HostPort address() {
        return address;
    }

    boolean isIdle() {
        return asked.isEmpty();
    }

    /** Whether a request may go out. */
    boolean isOpen() {
        return isIdle()
                || !cancelled && asked.size() < MAX_IN_FLIGHT && asked.getLast().prompt();
    }

    /** What the answers outstanding may bring. */
    long bytesOnTheWay() {
        return asked.stream().mapToLong(Asked::maxBytes).sum();
    }

    /** Since when the broker owes the next answer. Only if not {@link #isIdle}. */
    long owedSinceNanos() {
        return owedSinceNanos;
    }

    /**
     * Asks for these partitions. Only if {@link #isOpen}.
     *
     * @param maxBytes of all together, above 0; a first batch that is larger comes all the same
     * @param maxWaitMillis how long the broker may wait for records; 0 if it has some already
     */
    void request(
            List<PartitionFetcher> partitions, ConsumerConfig config, int maxBytes, int maxWaitMillis, long nowNanos) {
        var request = FetchRequest.newBuilder()
                .setCorrelationId(++correlationId)
                .setMaxWaitMs(maxWaitMillis)
                .setMinBytes(config.fetchMinBytes())
                .setMaxBytes(maxBytes);
        var generations = new HashMap<TopicPartition, Long>();
        for (var partition : partitions) {
            request.addPartitions(entry(partition, config));
            partition.onRequested();
            generations.put(partition.partition(), partition.generation());
        }
        if (stream == null) {
            stream = dialler.apply(address);
        }
        if (isIdle()) {
            owedSinceNanos = nowNanos;
        }
        asked.addLast(new Asked(correlationId, generations, maxBytes, maxWaitMillis == 0));
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
    Map<TopicPartition, Long> onResponse(FetchStream source, FetchResponse response, long nowNanos) {
        if (source != stream
                || isIdle()
                || response.getCorrelationId() != asked.getFirst().correlationId()) {
            return Map.of();
        }
        var answered = asked.removeFirst();
        owedSinceNanos = nowNanos;
        if (cancelled && isIdle()) {
            // They came all the same, but nothing more can be sent there.
            leave();
        }
        return answered.generations();
    }

    /** The same for a stream that broke. */
    Map<TopicPartition, Long> onBroken(FetchStream source) {
        if (source != stream) {
            return Map.of();
        }
        var lost = new HashMap<TopicPartition, Long>();
        asked.forEach(request -> lost.putAll(request.generations()));
        asked.clear();
        leave();
        return lost;
    }

    private void leave() {
        stream = null;
        cancelled = false;
    }

    /** Gives the stream up. Requests count as waiting until the stream breaks of that, or their answers come first. */
    void cancel(String why) {
        if (stream != null) {
            stream.cancel(why);
            cancelled = true;
        }
    }
}
