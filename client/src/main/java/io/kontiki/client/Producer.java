package io.kontiki.client;

import io.kontiki.client.PendingBatch.EncodedRecord;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.OptionalInt;
import java.util.SplittableRandom;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * Sends records. Thread-safe; one producer serves a whole program, and sharing it makes batches larger.
 *
 * <p>Records of one partition are appended in the order of the calls to {@link #send}, also across retries and leader
 * changes, and with {@link Acks#ALL} each exactly once: every batch carries the producer's id and a sequence, and a
 * batch whose outcome is unknown is sent again with the same ones.
 *
 * <p>A batch that fails for good says so through the futures of its records, and {@link KontikiException#definite} tells
 * whether they may be in the log all the same. Records sent after it go on, in order; those already on their
 * way behind an unknown outcome fail too if the brokers refuse them for it ({@link ErrorReason#EARLIER_BATCH_FAILED}). No record whose outcome is unknown is ever
 * sent under another producer id, which could write it twice (rule D9 of the protocol).
 */
public final class Producer implements AutoCloseable {
    private static final Duration DRAIN_TIME = Duration.ofSeconds(1);

    private final ProducerConfig config;
    private final Channels channels;
    private final MetadataTracker tracker;
    private final TopicDirectory topics;
    private final ProducerIdentities identities;
    private final BufferMemory memory;
    private final RecordLimits limits;
    private final RecordRouter router;
    private final ProducerInterceptors interceptors;
    private final ProducerLoop loop;
    private final AtomicBoolean closed = new AtomicBoolean();

    private Producer(Builder builder) {
        var client = builder.clientConfig();
        config = builder.producerConfig(client);
        channels = new Channels(builder.transport());
        tracker = new MetadataTracker(client.bootstrapServers(), channels, new SplittableRandom());
        // No extra time for a slow first answer: maxBlock is all that a send may take.
        topics = new TopicDirectory(tracker, Duration.ZERO);
        var anyBroker = new AnyBroker(channels, tracker::candidates, client.requestTimeout(), client.connectTimeout());
        identities = new ProducerIdentities(anyBroker);
        limits = new RecordLimits(anyBroker, config.compression().codec(), config.batchBytes());
        memory = new BufferMemory(config.bufferBytes());
        loop = new ProducerLoop(config, tracker, channels, memory, identities, limits, new SplittableRandom());
        router = new RecordRouter(builder.partitioner);
        interceptors = new ProducerInterceptors(builder.interceptors);
        tracker.start();
        loop.start();
    }

    /** Settings for a new producer. */
    public static Builder builder() {
        return new Builder();
    }

    /**
     * Puts the record into the buffer and returns. Blocks only while the topic's metadata is not known yet, the buffer is
     * full, or the brokers' limit for a large record is not known yet: at most {@link Builder#maxBlock} in all. In a
     * callback of an earlier send it never blocks, but fails.
     *
     * @return completed when the record is acknowledged, or exceptionally with a {@link KontikiException}; never throws
     *     for a reason of the cluster, so that each record has one place where its fate is told. Callbacks run on a
     *     thread of the producer and must not block.
     */
    public CompletableFuture<RecordMetadata> send(ProducerRecord record) {
        var intercepted = interceptors.onSend(record);
        return interceptors.telling(intercepted, sendIntercepted(intercepted));
    }

    private CompletableFuture<RecordMetadata> sendIntercepted(ProducerRecord record) {
        try {
            return trySend(record);
        } catch (KontikiException e) {
            // Thrown before the record was in any batch.
            return CompletableFuture.failedFuture(new KontikiException(e.reason(), e.getMessage(), e.getCause(), true));
        }
    }

    private CompletableFuture<RecordMetadata> trySend(ProducerRecord record) {
        if (closed.get()) {
            throw new KontikiException(ErrorReason.CLOSED, "the producer is closed");
        }
        long deadlineNanos = System.nanoTime() + (loop.isCurrentThread() ? 0 : config.maxBlockNanos());
        int wanted = Math.max(0, record.rawPartition());
        var topic = topics.await(new TopicPartition(record.topic(), wanted), deadlineNanos);
        var encoded = RecordEncoder.encode(record, System::currentTimeMillis);
        var bounds = limits.boundsFor(encoded, topic, deadlineNanos);
        var fixed = router.fixedPartition(record, topic);
        memory.reserve(encoded.reservedBytes(), deadlineNanos);
        try {
            return append(encoded, topic, fixed, bounds);
        } catch (RuntimeException e) {
            memory.release(encoded.reservedBytes());
            throw e;
        }
    }

    private CompletableFuture<RecordMetadata> append(
            EncodedRecord encoded, TopicInfo topic, OptionalInt fixed, BatchBounds bounds) {
        int number = fixed.orElseGet(() -> router.stickyPartition(topic));
        var lane = loop.lane(new TopicPartition(topic.name(), number));
        var appended = lane.buffer().append(encoded, bounds, fixed.isEmpty(), System::nanoTime);
        if (appended.isEmpty()) {
            // The sticky partition has no open batch with room: the next batch goes elsewhere.
            int next = router.nextStickyPartition(topic, number);
            lane = loop.lane(new TopicPartition(topic.name(), next));
            appended = lane.buffer().append(encoded, bounds, false, System::nanoTime);
        }
        var result = appended.orElseThrow();
        loop.onAppended(lane, result.needsLook());
        return result.future();
    }

    /**
     * Sends what is buffered, without lingering, and waits until every earlier send is settled, well or badly. A batch that
     * is not full still waits for an answer while two of its partition are under way. Not to be called from a callback.
     *
     * @throws KontikiException INTERRUPTED
     */
    public void flush() {
        flush(Long.MAX_VALUE);
    }

    private void flush(long timeoutNanos) {
        if (loop.isCurrentThread()) {
            throw new IllegalStateException("flush in a callback would wait for itself");
        }
        loop.startFlush();
        try {
            loop.settledSoFar().get(timeoutNanos, TimeUnit.NANOSECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new KontikiException(ErrorReason.INTERRUPTED, "interrupted while flushing", e);
        } catch (ExecutionException e) {
            throw new AssertionError(e);
        } catch (TimeoutException e) {
            // Only close has a limit, and tells each record's future.
        } finally {
            loop.endFlush();
        }
    }

    /** Flushes, waiting at most the delivery time-out, then frees all resources. Later sends fail. Idempotent. */
    @Override
    public void close() {
        close(Duration.ofNanos(config.deliveryNanos()));
    }

    /**
     * As {@link #close()}, but what is not settled after this time fails with {@link ErrorReason#CLOSED}. In a callback
     * it does not wait.
     */
    public void close(Duration timeout) {
        if (!closed.compareAndSet(false, true)) {
            return;
        }
        try {
            if (!loop.isCurrentThread()) {
                flush(timeout.toNanos());
            }
        } finally {
            memory.close();
            limits.close();
            identities.close();
            loop.stop();
            tracker.close();
            // Nobody answers for records without acknowledgement: let the connections drain.
            channels.close(config.acks() == Acks.NONE ? DRAIN_TIME : Duration.ZERO);
        }
    }

    /** Settings of a producer. Not thread-safe. */
    public static final class Builder extends ClientBuilder<Builder> {
        private static final Duration MAX_LINGER = Duration.ofMinutes(1);
        private static final Duration MAX_WAIT = Duration.ofDays(1);

        private Acks acks = Acks.ALL;
        private Duration linger = Duration.ofMillis(2);
        private int batchBytes = 64 << 10;
        private long bufferBytes = 64 << 20;
        private Duration maxBlock = Duration.ofSeconds(60);
        private Duration deliveryTimeout = Duration.ofMinutes(2);
        private Compression compression = Compression.NONE;
        private Partitioner partitioner = Partitioner.byKey();
        private List<ProducerInterceptor> interceptors = List.of();

        private Builder() {}

        @Override
        Builder self() {
            return this;
        }

        /** When a record counts as sent. Default {@link Acks#ALL}. */
        public Builder acks(Acks acks) {
            this.acks = Objects.requireNonNull(acks, "acks");
            return this;
        }

        /**
         * How long a batch waits for more records, 0 to 1 min. Default 2 ms. While two of its partition are under way, one
         * that is not full waits for the first answer, however long that takes.
         */
        public Builder linger(Duration linger) {
            this.linger = Limits.within("linger", linger, Duration.ZERO, MAX_LINGER);
            return this;
        }

        /** Size at which a batch is sent without lingering, in bytes, 1 KiB to 16 MiB; one larger record makes a batch of its own. Default 64 KiB. */
        public Builder batchBytes(int bytes) {
            this.batchBytes = (int) Limits.within("batchBytes", bytes, 1 << 10, 16 << 20);
            return this;
        }

        /** Memory for records not yet acknowledged, in bytes, at least 64 KiB. Default 64 MiB. */
        public Builder bufferBytes(long bytes) {
            this.bufferBytes = Limits.atLeast("bufferBytes", bytes, 64 << 10);
            return this;
        }

        /** How long {@code send} may block, 0 to 1 day. Default 60 s. */
        public Builder maxBlock(Duration maxBlock) {
            this.maxBlock = Limits.within("maxBlock", maxBlock, Duration.ZERO, MAX_WAIT);
            return this;
        }

        /**
         * Time from {@code send} to success or failure, retries included, 1 ms to 1 day and more than {@link #linger}.
         * Default 2 min.
         */
        public Builder deliveryTimeout(Duration timeout) {
            this.deliveryTimeout = Limits.within("deliveryTimeout", timeout, Duration.ofMillis(1), MAX_WAIT);
            return this;
        }

        /** How batches are packed; {@link #batchBytes} is then their packed size. Default {@link Compression#NONE}. */
        public Builder compression(Compression compression) {
            this.compression = Objects.requireNonNull(compression, "compression");
            return this;
        }

        /** Chooses the partition of records that name none. Default {@link Partitioner#byKey}. */
        public Builder partitioner(Partitioner partitioner) {
            this.partitioner = Objects.requireNonNull(partitioner, "partitioner");
            return this;
        }

        /** Who sees each record and its fate, in this order. Default none. */
        public Builder interceptors(List<? extends ProducerInterceptor> interceptors) {
            this.interceptors = List.copyOf(interceptors);
            return this;
        }

        private ProducerConfig producerConfig(ClientConfig client) {
            return new ProducerConfig(
                    acks,
                    linger.toNanos(),
                    batchBytes,
                    bufferBytes,
                    maxBlock.toNanos(),
                    deliveryTimeout.toNanos(),
                    (int) Math.max(1, client.requestTimeout().toMillis()),
                    compression);
        }

        /**
         * A new producer. It connects in the background; unreachable brokers are told by the first send.
         *
         * @throws KontikiException UNSUPPORTED_COMPRESSION if this machine cannot load the codec's library
         * @throws IllegalArgumentException if no bootstrap server is set, or a record would run out of time while it
         *     lingers
         */
        public Producer build() {
            if (deliveryTimeout.compareTo(linger) <= 0) {
                throw new IllegalArgumentException(
                        "deliveryTimeout is " + deliveryTimeout + ", must be more than linger, which is " + linger);
            }
            PendingBatch.requireAvailable(compression.codec());
            return new Producer(this);
        }
    }
}
