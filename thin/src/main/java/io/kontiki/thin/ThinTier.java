package io.kontiki.thin;

import io.grpc.BindableService;
import io.kontiki.client.Acks;
import io.kontiki.client.Producer;
import io.kontiki.client.ProducerRecord;
import io.kontiki.client.RebalanceListener;
import io.kontiki.client.RecordMetadata;
import io.kontiki.proto.v1.ErrorReason;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * The thin tier of one broker, put together. Life cycle: the services may be served from the beginning, and refuse with
 * STARTING; {@link #start} once the broker listens, since the tier is a client of it too; {@link #close} before the
 * broker's server stops. Thread-safe.
 */
public final class ThinTier implements AutoCloseable {
    /** They wait only for metadata that this broker has and the producer has not yet. */
    private static final int PUBLISHING_THREADS = 4;
    /** Longer than it takes to hear of a new topic; the publishing threads are few. */
    private static final Duration METADATA_WAIT_MAX = Duration.ofSeconds(2);
    /** Calls share batches even if none is waited for; this lets the records of one call go together. */
    private static final Duration LINGER = Duration.ofMillis(1);

    private static final int BATCH_BYTES = 256 << 10;
    private static final Duration CLOSE_MAX = Duration.ofSeconds(1);

    private final ThinSettings settings;
    private final ExecutorService publishing =
            Executors.newFixedThreadPool(PUBLISHING_THREADS, named("kontiki-thin-publish"));
    private final List<BindableService> services;
    private final ConsumeGrpcService consuming;
    /** The last one set by {@link #start}. */
    private volatile Producer producer;

    private volatile String advertised;
    private volatile String bound;

    /**
     * @param errors the broker's mapping of errors to the wire
     * @param topics the broker's own view of the topics
     */
    public ThinTier(ThinSettings settings, WireErrors errors, TopicShapes topics) {
        this.settings = settings;
        var budget = new PublishBudget(settings.publishBytesMax());
        this.consuming = new ConsumeGrpcService(
                this::open, errors, settings.consumeStreamsMax(), named("kontiki-thin-consume"), System::nanoTime);
        this.services = List.of(
                new PublishGrpcService(new Publisher(this::send, topics), budget, errors, publishing), consuming);
    }

    /** What the broker is to serve. */
    public List<BindableService> services() {
        return services;
    }

    /**
     * Connects to the cluster, in the background; once.
     *
     * @param advertised {@code host:port} under which the cluster knows this broker
     * @param bound {@code host:port} where this broker can be reached from itself
     */
    public void start(String advertised, String bound) {
        this.advertised = advertised;
        this.bound = bound;
        producer = Producer.builder()
                .bootstrapServers(bound)
                .route(advertised, bound)
                .clientId("kontiki-thin")
                .acks(Acks.ALL)
                .linger(LINGER)
                .batchBytes(BATCH_BYTES)
                // The budget keeps what is on the way below half of this, except for what is just being taken in.
                .bufferBytes(2 * settings.publishBytesMax())
                .maxBlock(METADATA_WAIT_MAX)
                .deliveryTimeout(settings.publishTimeout())
                .build();
    }

    private CompletableFuture<RecordMetadata> send(ProducerRecord record) {
        var started = producer;
        if (started == null) {
            throw starting();
        }
        return started.send(record);
    }

    private GroupConsumer open(ConsumeStart start, RebalanceListener listener) {
        if (producer == null) {
            throw starting();
        }
        return ClientConsumer.open(advertised, bound, settings.consumePrefetchBytes(), start, listener);
    }

    private static Refused starting() {
        return Refused.because(ErrorReason.ERROR_REASON_STARTING, "this broker has not finished starting");
    }

    /**
     * Ends what is under way, after two seconds at most. Publishers whose records are not acknowledged by then are told so;
     * members of groups may go on through other brokers.
     */
    @Override
    public void close() {
        consuming.close(CLOSE_MAX);
        publishing.shutdown();
        if (producer != null) {
            producer.close(CLOSE_MAX);
        }
    }

    private static ThreadFactory named(String name) {
        var number = new AtomicInteger();
        return task -> {
            var thread = new Thread(task, name + "-" + number.incrementAndGet());
            thread.setDaemon(true);
            return thread;
        };
    }
}
