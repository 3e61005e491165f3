package io.kontiki.client;

import io.kontiki.client.BrokerLink.Attempt;
import io.kontiki.proto.v1.ProducePartition;
import io.kontiki.proto.v1.ProducePartitionResult;
import io.kontiki.proto.v1.ProduceRequest;
import io.kontiki.proto.v1.ProduceResponse;
import java.util.HashMap;
import java.util.Map;
import java.util.OptionalLong;
import java.util.concurrent.TimeUnit;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import java.util.function.Supplier;

/** The links of a producer to its brokers: batches go out, and answers come back to the lanes. Belongs to the producer's loop. */
final class BrokerLinks {
    /** Time beyond the request's own limit after which the stream counts as dead. */
    private static final long GRACE_NANOS = TimeUnit.SECONDS.toNanos(1);

    private final ProducerConfig config;
    private final MetadataTracker tracker;
    private final Channels channels;
    private final RecordLimits limits;
    private final Supplier<Backoff> backoffs;
    private final EventLoop loop;
    private final Consumer<Lane> onOutcome;
    private final Map<HostPort, BrokerLink> links = new HashMap<>();
    private long attempts;

    /** @param onOutcome told of each lane with an attempt that is over, on the loop's thread */
    BrokerLinks(
            ProducerConfig config,
            MetadataTracker tracker,
            Channels channels,
            RecordLimits limits,
            Supplier<Backoff> backoffs,
            EventLoop loop,
            Consumer<Lane> onOutcome) {
        this.config = config;
        this.tracker = tracker;
        this.channels = channels;
        this.limits = limits;
        this.backoffs = backoffs;
        this.loop = loop;
        this.onOutcome = onOutcome;
    }

    BrokerLink to(HostPort address) {
        return links.computeIfAbsent(address, a -> new BrokerLink(a, this::dial, backoffs.get()));
    }

    private ProduceStream dial(HostPort address) {
        return ProduceStream.open(channels.to(address), address, new Posting());
    }

    /** Leaders may have moved, or come back. */
    void dialSoon() {
        links.values().forEach(BrokerLink::dialSoon);
    }

    /** Gives the lanes their turns, one after another, as long as their links take requests. */
    void giveTurns(long nowNanos, BiConsumer<Lane, BrokerLink> sender) {
        for (var link : links.values()) {
            var lane = link.takeTurn(nowNanos);
            while (lane.isPresent()) {
                sender.accept(lane.get(), link);
                lane = link.takeTurn(nowNanos);
            }
        }
    }

    /** The next time after now that a pause before dialling ends. */
    OptionalLong redialAtNanos(long nowNanos) {
        return links.values().stream()
                .map(BrokerLink::redialAtNanos)
                .flatMapToLong(OptionalLong::stream)
                .filter(at -> at - nowNanos > 0)
                .reduce((a, b) -> a - b < 0 ? a : b);
    }

    void finish() {
        links.values().forEach(BrokerLink::finish);
    }

    void send(Lane lane, BrokerLink link, PendingBatch batch, long nowNanos) {
        long number = ++attempts;
        var request = request(number, batch);
        if (config.acks() == Acks.NONE) {
            link.sendUnanswered(request);
            lane.sender().onStored(batch, OptionalLong.empty());
            return;
        }
        lane.sender().onSent(batch, number);
        link.send(request, new Attempt(lane, batch, number, nowNanos));
    }

    private ProduceRequest request(long number, PendingBatch batch) {
        return ProduceRequest.newBuilder()
                .setCorrelationId(number)
                .setAcks(config.wireAcks())
                .setTimeoutMs(config.requestTimeoutMillis())
                .addPartitions(ProducePartition.newBuilder()
                        .setTopic(batch.partition().topic())
                        .setPartition(batch.partition().partition())
                        .setRecords(batch.payload()))
                .build();
    }

    /** Gives up streams on which an answer is overdue. */
    void watchSilence(long nowNanos) {
        links.values().forEach(link -> watchSilence(link, nowNanos));
    }

    private void watchSilence(BrokerLink link, long nowNanos) {
        var oldest = link.oldestSentNanos();
        if (oldest.isEmpty()) {
            return;
        }
        long silentNanos = nowNanos - oldest.getAsLong();
        if (silentNanos > TimeUnit.MILLISECONDS.toNanos(config.requestTimeoutMillis()) + GRACE_NANOS) {
            link.cancel("no answer within " + config.requestTimeoutMillis() + " ms");
        }
    }

    private void onResponse(ProduceStream stream, ProduceResponse response) {
        var link = links.get(stream.address());
        // One batch per request: a slow partition then holds up no other one's answer.
        for (var result : response.getPartitionsList()) {
            if (result.getError().hasLeaderHint()) {
                tracker.hint(
                        new TopicPartition(result.getTopic(), result.getPartition()),
                        result.getError().getLeaderHint());
            }
            link.onAnswer(response.getCorrelationId()).ifPresent(attempt -> onAnswer(attempt, result));
        }
    }

    private void onAnswer(Attempt attempt, ProducePartitionResult result) {
        onOutcome.accept(attempt.lane());
        var sender = attempt.lane().sender();
        if (!attempt.isAwaited()) {
            boolean unstored =
                    result.hasError() && Errors.reason(result.getError()).definite();
            sender.onAnsweredLate(attempt.batch(), attempt.number(), unstored);
            return;
        }
        var offset = result.hasBaseOffset() ? OptionalLong.of(result.getBaseOffset()) : OptionalLong.empty();
        if (!result.hasError() || Errors.reason(result.getError()) == ErrorReason.DUPLICATE_SEQUENCE) {
            sender.onStored(attempt.batch(), offset);
        } else {
            onFailed(
                    attempt,
                    Errors.of(result.getError(), "partition " + attempt.batch().partition()));
        }
    }

    private void onFailed(Attempt attempt, KontikiException error) {
        // A leader may hear of a new topic later than this client did.
        boolean notHeardOfYet = switch (error.reason()) {
            case TOPIC_NOT_FOUND, PARTITION_NOT_FOUND ->
                tracker.current().exists(attempt.batch().partition());
            default -> false;
        };
        boolean retriable = error.retriable() || notHeardOfYet;
        if (error.reason() == ErrorReason.RECORD_TOO_LARGE) {
            limits.renew();
        }
        attempt.lane().sender().onFailed(attempt.batch(), error, retriable, System.nanoTime());
    }

    private void onBroken(ProduceStream stream, Throwable cause) {
        var link = links.get(stream.address());
        if (!link.isStream(stream)) {
            return;
        }
        var error = Errors.of(cause, stream.address());
        // Whatever ended the stream, each batch on it may have been stored before.
        var lost = new KontikiException(ErrorReason.DISCONNECTED, error.getMessage(), cause);
        for (var attempt : link.onBroken(System.nanoTime())) {
            onOutcome.accept(attempt.lane());
            if (attempt.isAwaited()) {
                onFailed(attempt, lost);
            } else {
                attempt.lane().sender().onAnsweredLate(attempt.batch(), attempt.number(), false);
            }
        }
    }

    /** Moves what happens on a stream to the loop's thread. */
    private final class Posting implements ProduceStream.Listener {
        @Override
        public void onResponse(ProduceStream stream, ProduceResponse response) {
            loop.post(() -> BrokerLinks.this.onResponse(stream, response));
        }

        @Override
        public void onReady(ProduceStream stream) {
            loop.wake();
        }

        @Override
        public void onBroken(ProduceStream stream, Throwable error) {
            loop.post(() -> BrokerLinks.this.onBroken(stream, error));
        }
    }
}
