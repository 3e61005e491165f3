package io.kontiki.client;

import java.time.Duration;
import java.util.Collection;
import java.util.ConcurrentModificationException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Supplier;

/**
 * Reads committed records of assigned partitions, in the order of their offsets within each partition. It follows leader
 * changes and fetches ahead of {@link #poll} by a bounded amount.
 *
 * <p>Belongs to one thread at a time: a call while another thread is inside fails with
 * {@link java.util.ConcurrentModificationException}. Only {@link #wakeup} may be called from anywhere.
 */
public final class Consumer implements AutoCloseable {
    private final ClientConfig client;
    private final Channels channels;
    private final MetadataTracker tracker;
    private final TopicDirectory topics;
    private final OffsetLookup lookup;
    private final Fetcher fetcher;
    private final AtomicReference<Thread> owner = new AtomicReference<>();
    private boolean closed;

    private Consumer(Builder builder) {
        client = builder.clientConfig();
        channels = new Channels(builder.transport());
        tracker = new MetadataTracker(client.bootstrapServers(), channels, new SplittableRandom());
        topics = new TopicDirectory(tracker, client.requestTimeout());
        lookup = new OffsetLookup(tracker, topics, channels, client);
        fetcher = new Fetcher(builder.consumerConfig(client), tracker, channels, lookup, new SplittableRandom());
        tracker.start();
    }

    /** Settings for a new consumer. */
    public static Builder builder() {
        return new Builder();
    }

    /**
     * Replaces the assignment. Partitions that stay keep their position; new ones start at {@link Builder#startAt},
     * which is looked up by the next {@code poll} or {@code position}.
     *
     * @throws KontikiException TOPIC_NOT_FOUND or PARTITION_NOT_FOUND if one of them does not exist, NO_BROKER if none
     *     was reached within the connect time-out; the assignment stays as it was then
     */
    public void assign(Collection<TopicPartition> partitions) {
        inTurn(() -> {
            long deadlineNanos = connectDeadlineNanos();
            partitions.forEach(partition -> topics.await(partition, deadlineNanos));
            var assigned = fetcher.partitions();
            assigned.keySet().retainAll(Set.copyOf(partitions));
            partitions.stream().filter(p -> !assigned.containsKey(p)).distinct().forEach(fetcher::add);
            return null;
        });
    }

    /** The assigned partitions. */
    public Set<TopicPartition> assignment() {
        return inTurn(() -> Set.copyOf(fetcher.partitions().keySet()));
    }

    /**
     * Goes on at this place. What was fetched ahead is dropped.
     *
     * @throws IllegalArgumentException if the partition is not assigned
     */
    public void seek(TopicPartition partition, Position position) {
        Objects.requireNonNull(position, "position");
        inTurn(() -> {
            assigned(partition).seek(position);
            return null;
        });
    }

    /**
     * Returns the next records, at most {@link Builder#maxPollRecords}; waits for the first one at most so long. Empty
     * after that time or a {@link #wakeup}. The position moves behind the records returned.
     *
     * @throws KontikiException for a failure that a retry does not mend, such as a deleted topic, a corrupt batch or,
     *     with {@link ResetPolicy#ERROR}, a position that is not in the log; records before it are returned first, and
     *     the position stays. INTERRUPTED if the thread is. Unreachable brokers are no failure here: the consumer goes
     *     on trying.
     */
    public List<ConsumerRecord> poll(Duration timeout) {
        return inTurn(() -> fetcher.poll(timeout.toNanos()));
    }

    /**
     * Offset of the next record to return; looks it up if need be, within the request time-out.
     *
     * @throws IllegalArgumentException if the partition is not assigned
     * @throws KontikiException TIMED_OUT, or why the look-up failed
     */
    public long position(TopicPartition partition) {
        return inTurn(() -> {
            long deadlineNanos = System.nanoTime() + client.requestTimeout().toNanos();
            return fetcher.awaitPosition(assigned(partition), deadlineNanos)
                    .orElseThrow(() -> new KontikiException(
                            ErrorReason.TIMED_OUT,
                            "position of " + partition + " not found within requestTimeout, "
                                    + client.requestTimeout()));
        });
    }

    private PartitionFetcher assigned(TopicPartition partition) {
        var fetching = fetcher.partitions().get(partition);
        if (fetching == null) {
            throw new IllegalArgumentException("partition " + partition + " is not assigned");
        }
        return fetching;
    }

    /** First readable offset of each; they need not be assigned. */
    public Map<TopicPartition, Long> beginningOffsets(Collection<TopicPartition> partitions) {
        return offsetsAt(partitions, Position.earliest());
    }

    /** End of the committed records of each: the offset that comes after the last one readable now. */
    public Map<TopicPartition, Long> endOffsets(Collection<TopicPartition> partitions) {
        return offsetsAt(partitions, Position.latest());
    }

    private Map<TopicPartition, Long> offsetsAt(Collection<TopicPartition> partitions, Position position) {
        var wanted = new LinkedHashMap<TopicPartition, Position>();
        partitions.forEach(partition -> wanted.put(partition, position));
        var offsets = new TreeMap<TopicPartition, Long>();
        offsets(wanted).forEach((partition, info) -> offsets.put(partition, info.offset()));
        return offsets;
    }

    /**
     * Offsets of any kind of position, by partition; they need not be assigned.
     *
     * @throws KontikiException if one of them cannot be found within the request time-out
     */
    public Map<TopicPartition, OffsetInfo> offsets(Map<TopicPartition, Position> positions) {
        return inTurn(() -> lookup.find(positions));
    }

    /**
     * The topic as the cluster's metadata has it now.
     *
     * @throws KontikiException TOPIC_NOT_FOUND, or NO_BROKER if none was reached within the connect time-out
     */
    public TopicInfo topic(String name) {
        return inTurn(() -> topics.await(new TopicPartition(name, 0), connectDeadlineNanos()));
    }

    private long connectDeadlineNanos() {
        return System.nanoTime() + client.connectTimeout().toNanos();
    }

    /** Makes the {@code poll} that waits now, or else the next one, return at once. From any thread. */
    public void wakeup() {
        fetcher.wakeup();
    }

    /** Frees all resources. Idempotent. */
    @Override
    public void close() {
        enter();
        try {
            closed = true;
            fetcher.close();
            tracker.close();
            channels.close(Duration.ZERO);
        } finally {
            owner.set(null);
        }
    }

    private <T> T inTurn(Supplier<T> action) {
        enter();
        try {
            if (closed) {
                throw new KontikiException(ErrorReason.CLOSED, "the consumer is closed");
            }
            return action.get();
        } finally {
            owner.set(null);
        }
    }

    private void enter() {
        if (!owner.compareAndSet(null, Thread.currentThread())) {
            throw new ConcurrentModificationException("the consumer is in use by " + owner.get()
                    + "; one thread at a time may call it, only wakeup() is free");
        }
    }

    /** Settings of a consumer. Not thread-safe. */
    public static final class Builder extends ClientBuilder<Builder> {
        private Position startAt = Position.latest();
        private ResetPolicy resetPolicy = ResetPolicy.ERROR;
        private int maxPollRecords = 1000;
        private int fetchMaxBytes = 1 << 20;
        private int fetchMinBytes = 1;
        private Duration fetchMaxWait = Duration.ofMillis(500);
        private boolean checkCrc = true;

        private Builder() {}

        @Override
        Builder self() {
            return this;
        }

        /** Where newly assigned partitions start. Default the end: only new records. */
        public Builder startAt(Position position) {
            this.startAt = Objects.requireNonNull(position, "position");
            return this;
        }

        /** What to do if the position is not in the log. Default {@link ResetPolicy#ERROR}. */
        public Builder resetPolicy(ResetPolicy policy) {
            this.resetPolicy = Objects.requireNonNull(policy, "policy");
            return this;
        }

        /** Most records that one {@code poll} returns, 1 to 1,000,000. Default 1000. */
        public Builder maxPollRecords(int records) {
            this.maxPollRecords = (int) Limits.within("maxPollRecords", records, 1, 1_000_000);
            return this;
        }

        /** Most bytes fetched per partition at a time, 1 KiB to 32 MiB; a larger batch still comes whole. Default 1 MiB. */
        public Builder fetchMaxBytes(int bytes) {
            this.fetchMaxBytes = (int) Limits.within("fetchMaxBytes", bytes, 1 << 10, 32 << 20);
            return this;
        }

        /** Bytes a broker waits for before it answers, 1 to 1 MiB. Default 1: answers at once. */
        public Builder fetchMinBytes(int bytes) {
            this.fetchMinBytes = (int) Limits.within("fetchMinBytes", bytes, 1, 1 << 20);
            return this;
        }

        /** How long a broker waits for them, 0 to 60 s. Default 500 ms. */
        public Builder fetchMaxWait(Duration wait) {
            this.fetchMaxWait = Limits.within("fetchMaxWait", wait, Duration.ZERO, Duration.ofSeconds(60));
            return this;
        }

        /** Whether the checksum of every batch is verified. Default true. */
        public Builder checkCrc(boolean check) {
            this.checkCrc = check;
            return this;
        }

        private ConsumerConfig consumerConfig(ClientConfig client) {
            return new ConsumerConfig(
                    startAt,
                    resetPolicy,
                    maxPollRecords,
                    fetchMaxBytes,
                    fetchMinBytes,
                    (int) fetchMaxWait.toMillis(),
                    checkCrc,
                    client.requestTimeout().toNanos());
        }

        /** A new consumer, with nothing assigned. */
        public Consumer build() {
            return new Consumer(this);
        }
    }
}
