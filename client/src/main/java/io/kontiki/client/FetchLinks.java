package io.kontiki.client;

import com.google.protobuf.ByteString;
import com.google.protobuf.UnsafeByteOperations;
import io.kontiki.proto.v1.FetchResponse;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/** The links of a consumer to its brokers, and what is asked for on each. Belongs to the consumer's thread. */
final class FetchLinks implements AutoCloseable {
    /** The longest wait while a partition of the same broker has enough and is left out: it must not wait for idle ones. */
    private static final int SHORT_WAIT_MILLIS = 10;

    /** One answer is read while the one before it travels; larger ones only fall out of the processor's caches. */
    private static final int ANSWER_BYTES = 1 << 20;

    private final ConsumerConfig config;
    private final Channels channels;
    private final Map<TopicPartition, PartitionFetcher> partitions;
    private final FetchOutcomes outcomes;
    private final Consumer<Runnable> events;
    private final Map<HostPort, FetchLink> links = new HashMap<>();

    /**
     * @param partitions those that are assigned, at any time
     * @param events run on the consumer's thread, soon
     */
    FetchLinks(
            ConsumerConfig config,
            Channels channels,
            Map<TopicPartition, PartitionFetcher> partitions,
            FetchOutcomes outcomes,
            Consumer<Runnable> events) {
        this.config = config;
        this.channels = channels;
        this.partitions = partitions;
        this.outcomes = outcomes;
        this.events = events;
    }

    /** Asks for what is due, where a request may go out. */
    void send(long nowNanos) {
        var demands = new LinkedHashMap<HostPort, FetchDemand>();
        for (var partition : partitions.values()) {
            partition
                    .leaderAddress()
                    .ifPresent(address -> demands.computeIfAbsent(address, a -> new FetchDemand())
                            .add(partition, nowNanos));
        }
        demands.forEach((address, demand) -> {
            var link = links.computeIfAbsent(address, a -> new FetchLink(a, this::dial));
            long share = config.prefetchMaxBytes() / demands.size();
            boolean sent = true;
            while (sent && link.isOpen() && !demand.isEmpty()) {
                sent = send(link, demand, share, nowNanos);
            }
        });
    }

    /**
     * Each broker has an equal share, so that one that has nothing new, and waits for it, keeps no room from others.
     *
     * @return whether a request went out
     */
    private boolean send(FetchLink link, FetchDemand demand, long share, long nowNanos) {
        long room = demand.room(share - link.bytesOnTheWay());
        if (room <= 0) {
            return false;
        }
        int answerBytes = Math.max(ANSWER_BYTES, config.fetchMaxBytes());
        var wish = demand.take(answerBytes, config.fetchMaxBytes());
        if (!wish.prompt() && !link.isIdle()) {
            return false;
        }
        int maxBytes = (int) Math.min(answerBytes, room);
        link.request(wish.partitions(), config, maxBytes, maxWaitMillis(wish, demand), nowNanos);
        return true;
    }

    private int maxWaitMillis(FetchDemand.Wish wish, FetchDemand demand) {
        if (wish.prompt()) {
            return 0;
        }
        int wait = config.fetchMaxWaitMillis();
        return demand.leavesOut() ? Math.min(wait, SHORT_WAIT_MILLIS) : wait;
    }

    private FetchStream dial(HostPort address) {
        return FetchStream.open(channels.to(address), address, new Posting());
    }

    /** Gives up streams on which an answer is overdue. */
    void watchSilence(long nowNanos) {
        for (var link : links.values()) {
            long silentNanos =
                    nowNanos - link.owedSinceNanos() - TimeUnit.MILLISECONDS.toNanos(config.fetchMaxWaitMillis());
            if (!link.isIdle() && silentNanos > config.requestTimeoutNanos()) {
                link.cancel("no answer within the request time-out");
            }
        }
    }

    private void onResponse(FetchStream stream, FetchResponse response) {
        long nowNanos = System.nanoTime();
        var asked = links.get(stream.address()).onResponse(stream, response, nowNanos);
        int answerBytes = response.getSerializedSize();
        for (var result : response.getPartitionsList()) {
            var name = new TopicPartition(result.getTopic(), result.getPartition());
            var partition = partitions.get(name);
            var generation = asked.get(name);
            if (partition != null && generation != null && partition.awaits(generation)) {
                outcomes.take(partition, result, keepable(result.getRecords(), answerBytes), nowNanos);
            }
        }
        if (response.getPartitionsList().stream()
                .allMatch(result -> result.getRecords().isEmpty())) {
            forgetBacklog(asked.keySet());
        }
        // A partition without an entry has nothing new.
        release(asked, partition -> partition.onFetched(ByteString.EMPTY, partition.fetchOffset()));
    }

    /** Whatever the broker says of the end, nothing can be read now: who asked again at once would do so for ever. */
    private void forgetBacklog(Set<TopicPartition> asked) {
        asked.stream().map(partitions::get).filter(Objects::nonNull).forEach(PartitionFetcher::forgetBacklog);
    }

    /** The records lie in the answer as it came. A small part of one must not keep all of it: nobody counts that. */
    static ByteString keepable(ByteString records, int answerBytes) {
        return records.size() >= answerBytes / 2 ? records : UnsafeByteOperations.unsafeWrap(records.toByteArray());
    }

    private void onBroken(FetchStream stream) {
        var asked = links.get(stream.address()).onBroken(stream);
        long nowNanos = System.nanoTime();
        release(asked, partition -> partition.onFailed(nowNanos));
    }

    private void release(Map<TopicPartition, Long> asked, Consumer<PartitionFetcher> action) {
        asked.forEach((name, generation) -> {
            var partition = partitions.get(name);
            if (partition != null && partition.awaits(generation)) {
                action.accept(partition);
            }
        });
    }

    @Override
    public void close() {
        links.values().forEach(link -> link.cancel("the consumer is closed"));
    }

    /** Moves what happens on a stream to the consumer's thread. */
    private final class Posting implements FetchStream.Listener {
        @Override
        public void onResponse(FetchStream stream, FetchResponse response) {
            events.accept(() -> FetchLinks.this.onResponse(stream, response));
        }

        @Override
        public void onBroken(FetchStream stream, Throwable error) {
            events.accept(() -> FetchLinks.this.onBroken(stream));
        }
    }
}
