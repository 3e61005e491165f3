package io.kontiki.client;

import io.kontiki.client.BrokerLink.Attempt;
import io.kontiki.proto.v1.ProducePartition;
import io.kontiki.proto.v1.ProducePartitionResult;
import io.kontiki.proto.v1.ProduceRequest;
import io.kontiki.proto.v1.ProduceResponse;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.random.RandomGenerator;

/**
 * Carries batches from the buffers to the leaders and answers back. Everything here happens on one thread, except
 * the package's methods, which may be called from
 * anywhere.
 */
final class ProducerLoop {
    /** Rule D8: brokers remember so many batches of a producer. */
    private static final int MAX_IN_FLIGHT = 5;

    private static final long MIN_BACKOFF_NANOS = TimeUnit.MILLISECONDS.toNanos(10);
    private static final long MAX_BACKOFF_NANOS = TimeUnit.MILLISECONDS.toNanos(100);
    /** How often time limits are looked at while something is under way. */
    private static final long TICK_NANOS = TimeUnit.MILLISECONDS.toNanos(100);

    private static final long IDLE_NANOS = TimeUnit.SECONDS.toNanos(60);
    /** Time beyond the request's own limit after which the stream counts as dead. */
    private static final long GRACE_NANOS = TimeUnit.SECONDS.toNanos(1);

    private final ProducerConfig config;
    private final MetadataTracker tracker;
    private final Channels channels;
    private final BufferMemory memory;
    private final ProducerIdentities identities;
    private final RecordLimits limits;
    private final RandomGenerator random;
    private final BatchBuffers batchBuffers;
    private final EventLoop loop;
    private final ConcurrentHashMap<TopicPartition, PartitionBuffer> buffers = new ConcurrentHashMap<>();
    private final Set<PendingBatch> unsettled = ConcurrentHashMap.newKeySet();
    private final List<Lane> lanes = new ArrayList<>();
    private final Map<HostPort, BrokerLink> links = new HashMap<>();
    private final AtomicInteger flushes = new AtomicInteger();
    private ClusterMetadata metadata = ClusterMetadata.EMPTY;
    private long attempts;
    /** When time limits were looked at last; empty if they shall be now. */
    private OptionalLong expiredNanos = OptionalLong.empty();

    private volatile boolean closed;

    /** What one partition has: records wait in the buffer, and batches under way with the sender. */
    private record Lane(PartitionBuffer buffer, PartitionSender sender) {}

    ProducerLoop(
            ProducerConfig config,
            MetadataTracker tracker,
            Channels channels,
            BufferMemory memory,
            ProducerIdentities identities,
            RecordLimits limits,
            RandomGenerator random) {
        this.config = config;
        this.tracker = tracker;
        this.channels = channels;
        this.memory = memory;
        this.identities = identities;
        this.limits = limits;
        this.random = random;
        this.batchBuffers = new BatchBuffers(config.batchBytes());
        this.loop = new EventLoop("kontiki-producer", () -> step(System.nanoTime()), this::abandonAll);
    }

    void start() {
        tracker.onChange(loop::wake);
        identities.onChange(loop::wake);
        memory.onShortage(loop::wake);
        loop.start();
    }

    /** The buffer of a partition that exists. From any thread. */
    PartitionBuffer buffer(TopicPartition partition) {
        var known = buffers.get(partition);
        return known != null ? known : buffers.computeIfAbsent(partition, this::newBuffer);
    }

    private PartitionBuffer newBuffer(TopicPartition partition) {
        var buffer = new PartitionBuffer(
                partition, config.lingerNanos(), config.deliveryNanos(), batchBuffers, this::onOpened);
        if (closed) {
            buffer.close();
        }
        var lane = new Lane(buffer, newSender(partition));
        loop.post(() -> addLane(lane));
        return buffer;
    }

    private void addLane(Lane lane) {
        lanes.add(lane);
        lane.sender().onLeader(metadata.leader(lane.sender().partition()));
    }

    private void onOpened(PendingBatch batch) {
        unsettled.add(batch);
        batch.settled().thenRun(() -> {
            unsettled.remove(batch);
            memory.release(batch.reservedBytes());
            batch.spentMemory().ifPresent(batchBuffers::giveBack);
        });
    }

    private PartitionSender newSender(TopicPartition partition) {
        // Without sequences only one batch at a time keeps its order across a retry.
        int inFlight = config.acks() == Acks.LEADER ? 1 : MAX_IN_FLIGHT;
        return new PartitionSender(partition, inFlight, config.acks() == Acks.ALL, newBackoff());
    }

    private Backoff newBackoff() {
        return new Backoff(MIN_BACKOFF_NANOS, MAX_BACKOFF_NANOS, random);
    }

    /** To be called after each append to a buffer. */
    void onAppended(PartitionBuffer buffer, boolean needsLook) {
        if (needsLook) {
            loop.wake();
        }
        if (closed) {
            // The buffer may have come into being too late for abandonAll to see it.
            closeBuffer(buffer);
        }
    }

    boolean isCurrentThread() {
        return loop.isCurrentThread();
    }

    void startFlush() {
        flushes.incrementAndGet();
        loop.wake();
    }

    void endFlush() {
        flushes.decrementAndGet();
    }

    /** Done when every record appended before this call is settled. */
    CompletableFuture<Void> settledSoFar() {
        var all = new ArrayList<CompletableFuture<Void>>();
        unsettled.forEach(batch -> all.add(batch.settled()));
        return CompletableFuture.allOf(all.toArray(CompletableFuture<?>[]::new));
    }

    /** Ends the loop; what is not settled fails with CLOSED. */
    void stop() {
        closed = true;
        loop.stop();
    }

    private void abandonAll() {
        var error = closedError();
        buffers.values().forEach(this::closeBuffer);
        lanes.forEach(lane -> lane.sender().abandon(error));
        links.values().forEach(BrokerLink::finish);
    }

    private void closeBuffer(PartitionBuffer buffer) {
        buffer.close().forEach(batch -> batch.fail(unwritten(closedError())));
    }

    private static KontikiException closedError() {
        return new KontikiException(ErrorReason.CLOSED, "the producer was closed before the record was delivered");
    }

    private static KontikiException unwritten(KontikiException error) {
        return new KontikiException(error.reason(), error.getMessage(), error.getCause(), true);
    }

    /** Does what can be done now; returns for how many nanoseconds nothing is left to do. */
    private long step(long nowNanos) {
        takeMetadata();
        expireAll(nowNanos);
        boolean busy = false;
        long wakeAt = nowNanos + TICK_NANOS;
        for (var lane : lanes) {
            var sender = lane.sender();
            var buffer = lane.buffer();
            if (sender.isIdle() && buffer.isEmpty()) {
                continue;
            }
            sendWhatMayGo(sender, buffer, nowNanos);
            if (!sender.isIdle() || !buffer.isEmpty()) {
                busy = true;
                wakeAt = earlier(wakeAt, sender.retryAtNanos(), nowNanos);
                var linger = buffer.lingerEndNanos();
                wakeAt = earlier(wakeAt, linger.map(OptionalLong::of).orElseGet(OptionalLong::empty), nowNanos);
            }
        }
        for (var link : links.values()) {
            wakeAt = earlier(wakeAt, link.redialAtNanos(), nowNanos);
            watchSilence(link, nowNanos);
        }
        return busy ? wakeAt - nowNanos : IDLE_NANOS;
    }

    /** A time in the past asks for nothing: what could not go then waits for an event or the next tick. */
    private static long earlier(long atNanos, OptionalLong candidate, long nowNanos) {
        return candidate.isPresent() && candidate.getAsLong() - nowNanos > 0
                ? Math.min(atNanos, candidate.getAsLong())
                : atNanos;
    }

    private void takeMetadata() {
        var latest = tracker.current();
        if (latest == metadata) {
            return;
        }
        metadata = latest;
        for (var lane : lanes) {
            var sender = lane.sender();
            sender.onLeader(metadata.leader(sender.partition()));
            sender.target().ifPresent(address -> link(address).dialSoon());
        }
        expiredNanos = OptionalLong.empty();
    }

    /** At each tick, and when a topic may have gone; not at each step, of which there are thousands a second. */
    private void expireAll(long nowNanos) {
        if (expiredNanos.isEmpty() || nowNanos - expiredNanos.getAsLong() >= TICK_NANOS) {
            expiredNanos = OptionalLong.of(nowNanos);
            lanes.forEach(lane -> expire(lane.sender(), lane.buffer(), nowNanos));
        }
    }

    private BrokerLink link(HostPort address) {
        return links.computeIfAbsent(address, a -> new BrokerLink(a, this::dial, newBackoff()));
    }

    private ProduceStream dial(HostPort address) {
        return ProduceStream.open(channels.to(address), address, new Posting());
    }

    private void expire(PartitionSender sender, PartitionBuffer buffer, long nowNanos) {
        sender.expire(nowNanos);
        buffer.expire(nowNanos).forEach(batch -> batch.fail(unwritten(Deliveries.timedOut(sender.partition(), null))));
        var partition = sender.partition();
        boolean idle = sender.isIdle() && buffer.isEmpty();
        if (!idle && metadata.isKnown() && !exists(partition)) {
            var gone = new KontikiException(ErrorReason.TOPIC_NOT_FOUND, "topic " + partition.topic() + " was deleted");
            sender.abandon(gone);
            for (var batch = buffer.poll(false, nowNanos); batch.isPresent(); batch = buffer.poll(false, nowNanos)) {
                batch.get().fail(gone);
            }
        }
    }

    private boolean exists(TopicPartition partition) {
        return metadata.topic(partition.topic())
                .filter(topic -> partition.partition() < topic.partitions().size())
                .isPresent();
    }

    private void sendWhatMayGo(PartitionSender sender, PartitionBuffer buffer, long nowNanos) {
        if (sender.needsIdentity()) {
            identities.otherThan(sender::isSpent).ifPresent(sender::useIdentity);
        }
        while (sender.maySend(nowNanos)) {
            var link = link(sender.target().orElseThrow());
            boolean work = sender.nextAgain().isPresent() || !buffer.isEmpty();
            if (!work || !link.isReady(nowNanos)) {
                return;
            }
            var batch = sender.nextAgain().or(() -> takeNew(sender, buffer, nowNanos));
            if (batch.isEmpty()) {
                return;
            }
            send(sender, link, batch.get(), nowNanos);
        }
    }

    private Optional<PendingBatch> takeNew(PartitionSender sender, PartitionBuffer buffer, long nowNanos) {
        if (!sender.takesNew()) {
            return Optional.empty();
        }
        boolean linger = flushes.get() == 0 && !memory.isShort();
        var batch = buffer.poll(linger, nowNanos);
        while (batch.isPresent() && batch.get().failIfTooLarge()) {
            batch = buffer.poll(linger, nowNanos);
        }
        batch.ifPresent(sender::add);
        return batch;
    }

    private void send(PartitionSender sender, BrokerLink link, PendingBatch batch, long nowNanos) {
        long number = ++attempts;
        var request = request(number, batch);
        if (config.acks() == Acks.NONE) {
            link.sendUnanswered(request);
            sender.onStored(batch, OptionalLong.empty());
            return;
        }
        sender.onSent(batch, number);
        link.send(request, new Attempt(sender, batch, number, nowNanos));
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
        if (!attempt.isAwaited()) {
            boolean unstored =
                    result.hasError() && Errors.reason(result.getError()).definite();
            attempt.sender().onAnsweredLate(attempt.batch(), attempt.number(), unstored);
            return;
        }
        var offset = result.hasBaseOffset() ? OptionalLong.of(result.getBaseOffset()) : OptionalLong.empty();
        if (!result.hasError() || Errors.reason(result.getError()) == ErrorReason.DUPLICATE_SEQUENCE) {
            attempt.sender().onStored(attempt.batch(), offset);
        } else {
            onFailed(
                    attempt,
                    Errors.of(result.getError(), "partition " + attempt.batch().partition()));
        }
    }

    private void onFailed(Attempt attempt, KontikiException error) {
        // A leader may hear of a new topic later than this client did.
        boolean notHeardOfYet = switch (error.reason()) {
            case TOPIC_NOT_FOUND, PARTITION_NOT_FOUND -> exists(attempt.batch().partition());
            default -> false;
        };
        boolean retriable = error.retriable() || notHeardOfYet;
        if (error.reason() == ErrorReason.RECORD_TOO_LARGE) {
            limits.renew();
        }
        attempt.sender().onFailed(attempt.batch(), error, retriable, System.nanoTime());
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
            if (attempt.isAwaited()) {
                onFailed(attempt, lost);
            } else {
                attempt.sender().onAnsweredLate(attempt.batch(), attempt.number(), false);
            }
        }
    }

    /** Moves what happens on a stream to the loop's thread. */
    private final class Posting implements ProduceStream.Listener {
        @Override
        public void onResponse(ProduceStream stream, ProduceResponse response) {
            loop.post(() -> ProducerLoop.this.onResponse(stream, response));
        }

        @Override
        public void onReady(ProduceStream stream) {
            loop.wake();
        }

        @Override
        public void onBroken(ProduceStream stream, Throwable error) {
            loop.post(() -> ProducerLoop.this.onBroken(stream, error));
        }
    }
}
