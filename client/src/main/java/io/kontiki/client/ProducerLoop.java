package io.kontiki.client;

import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.random.RandomGenerator;

/**
 * Decides when the batches in the buffers go out to the leaders. A step costs what there is to do: it looks only at lanes to
 * which something has happened or whose time has come, and at each tick at all that have work. Everything here happens
 * on one thread, except the package's methods, which may be called from anywhere.
 */
final class ProducerLoop {
    /** Rule D8: brokers remember so many batches of a producer. */
    private static final int MAX_IN_FLIGHT = 5;

    private static final long BACKOFF_NANOS_MIN = TimeUnit.MILLISECONDS.toNanos(10);
    /** Between attempts to reach a broker. */
    private static final long REDIAL_NANOS_MAX = TimeUnit.MILLISECONDS.toNanos(100);
    /** Between attempts for a partition: a new leader ends the pause, and a broker may have thousands yet to make. */
    private static final long RETRY_NANOS_MAX = TimeUnit.MILLISECONDS.toNanos(500);

    /** How often time limits are looked at while something is under way. */
    private static final long TICK_NANOS = TimeUnit.MILLISECONDS.toNanos(100);

    private static final long IDLE_NANOS = TimeUnit.SECONDS.toNanos(60);

    private final ProducerConfig config;
    private final MetadataTracker tracker;
    private final BufferMemory memory;
    private final ProducerIdentities identities;
    private final RandomGenerator random;
    private final BatchBuffers batchBuffers;
    private final EventLoop loop;
    private final BrokerLinks links;
    private final ConcurrentHashMap<TopicPartition, Lane> lanes = new ConcurrentHashMap<>();
    private final Set<PendingBatch> unsettled = ConcurrentHashMap.newKeySet();
    /** Lanes that something has happened to, or that wait for a time. */
    private final Agenda<Lane> agenda = new Agenda<>();
    /** Lanes with work, and until the next tick those that have none any more. They alone follow the metadata. */
    private final Set<Lane> busy = new LinkedHashSet<>();

    private final AtomicInteger flushes = new AtomicInteger();
    private ClusterMetadata metadata = ClusterMetadata.EMPTY;
    /** Time of the last tick; empty if the next shall be now. */
    private OptionalLong tickNanos = OptionalLong.empty();

    private volatile boolean closed;

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
        this.memory = memory;
        this.identities = identities;
        this.random = random;
        this.batchBuffers = new BatchBuffers(config.batchBytes());
        this.loop = new EventLoop("kontiki-producer", () -> step(System.nanoTime()), this::abandonAll);
        this.links =
                new BrokerLinks(config, tracker, channels, limits, () -> backoff(REDIAL_NANOS_MAX), loop, agenda::now);
    }

    void start() {
        tracker.onChange(loop::wake);
        identities.onChange(() -> loop.post(this::tickNow));
        memory.onShortage(loop::wake);
        loop.start();
    }

    /** The lane of a partition that exists. From any thread. */
    Lane lane(TopicPartition partition) {
        var known = lanes.get(partition);
        return known != null ? known : lanes.computeIfAbsent(partition, this::newLane);
    }

    private Lane newLane(TopicPartition partition) {
        var buffer = new PartitionBuffer(
                partition, config.lingerNanos(), config.deliveryNanos(), batchBuffers, this::onOpened);
        if (closed) {
            buffer.close();
        }
        return new Lane(buffer, newSender(partition));
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
        return new PartitionSender(partition, inFlight, config.acks() == Acks.ALL, backoff(RETRY_NANOS_MAX));
    }

    private Backoff backoff(long nanosMax) {
        return new Backoff(BACKOFF_NANOS_MIN, nanosMax, random);
    }

    /** To be called after each append to a lane's buffer. */
    void onAppended(Lane lane, boolean needsLook) {
        if (needsLook) {
            agenda.now(lane);
            loop.wake();
        }
        if (closed) {
            // The lane may have come into being too late for abandonAll to see it.
            closeBuffer(lane);
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
        lanes.values().forEach(this::closeBuffer);
        lanes.values().forEach(lane -> lane.sender().abandon(error));
        links.finish();
    }

    private void closeBuffer(Lane lane) {
        lane.buffer().close().forEach(batch -> batch.fail(unwritten(closedError())));
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
        tick(nowNanos);
        if (!lingers()) {
            agenda.hurry();
        }
        for (var lane = agenda.poll(nowNanos); lane.isPresent(); lane = agenda.poll(nowNanos)) {
            look(lane.get(), nowNanos);
        }
        links.giveTurns(nowNanos, (lane, link) -> sendOne(lane, link, nowNanos));
        links.watchSilence(nowNanos);
        if (busy.isEmpty()) {
            return IDLE_NANOS;
        }
        long wakeAt = earlier(tickNanos.orElse(nowNanos) + TICK_NANOS, agenda.nextNanos());
        return earlier(wakeAt, links.redialAtNanos(nowNanos)) - nowNanos;
    }

    private static long earlier(long atNanos, OptionalLong candidate) {
        return candidate.isPresent() && candidate.getAsLong() - atNanos < 0 ? candidate.getAsLong() : atNanos;
    }

    private void takeMetadata() {
        var before = metadata;
        metadata = tracker.current();
        if (metadata == before) {
            return;
        }
        links.dialSoon();
        for (var lane : busy) {
            if (!metadata.keepsLeaders(before, lane.partition().topic())) {
                lane.sender().onLeader(metadata.leader(lane.partition()));
            }
        }
        // A topic may have gone, a leader may be a new one.
        tickNow();
    }

    private void tickNow() {
        tickNanos = OptionalLong.empty();
    }

    /** Looks at time limits, and at all lanes with work. Not at each step, of which there are thousands a second. */
    private void tick(long nowNanos) {
        if (tickNanos.isPresent() && nowNanos - tickNanos.getAsLong() < TICK_NANOS) {
            return;
        }
        tickNanos = OptionalLong.of(nowNanos);
        for (var lane : busy) {
            expire(lane, nowNanos);
            look(lane, nowNanos);
        }
        busy.removeIf(lane -> !lane.hasWork());
    }

    private void expire(Lane lane, long nowNanos) {
        var sender = lane.sender();
        sender.expire(nowNanos);
        lane.buffer()
                .expire(nowNanos)
                .forEach(batch -> batch.fail(unwritten(Deliveries.timedOut(lane.partition(), null))));
        if (sender.target().isEmpty() && lane.hasWork() && metadata.isKnown() && !metadata.exists(lane.partition())) {
            giveUp(lane, nowNanos);
        }
    }

    private void giveUp(Lane lane, long nowNanos) {
        var gone = new KontikiException(
                ErrorReason.TOPIC_NOT_FOUND, "topic " + lane.partition().topic() + " was deleted");
        lane.sender().abandon(gone);
        var buffer = lane.buffer();
        for (var batch = buffer.poll(false, nowNanos); batch.isPresent(); batch = buffer.poll(false, nowNanos)) {
            batch.get().fail(gone);
        }
    }

    /** Finds out what the lane waits for: its turn on a link, a time, or something that will put it on the agenda. */
    private void look(Lane lane, long nowNanos) {
        if (!lane.hasWork()) {
            lane.leaveTurn();
            return;
        }
        var sender = lane.sender();
        if (busy.add(lane)) {
            sender.onLeader(metadata.leader(lane.partition()));
        }
        if (sender.needsIdentity()) {
            identities.otherThan(sender::isSpent).ifPresent(sender::useIdentity);
        }
        if (sender.maySend(nowNanos) && lane.hasNext()) {
            lane.awaitTurn(links.to(sender.target().orElseThrow()));
        } else {
            lane.leaveTurn();
            sender.retryAtNanos(nowNanos).ifPresent(at -> agenda.at(lane, at));
        }
    }

    /** Sends one batch, if there is one that need not linger. Further ones go behind those of other lanes. */
    private void sendOne(Lane lane, BrokerLink link, long nowNanos) {
        var batch = lane.sender().nextAgain().or(() -> takeNew(lane, nowNanos));
        if (batch.isPresent()) {
            links.send(lane, link, batch.get(), nowNanos);
            look(lane, nowNanos);
        } else {
            lane.buffer().lingerEndNanos().ifPresent(end -> agenda.by(lane, end));
        }
    }

    private Optional<PendingBatch> takeNew(Lane lane, long nowNanos) {
        boolean linger = lingers();
        var buffer = lane.buffer();
        var batch = buffer.poll(linger, nowNanos);
        while (batch.isPresent() && batch.get().failIfTooLarge()) {
            batch = buffer.poll(linger, nowNanos);
        }
        batch.ifPresent(lane.sender()::add);
        return batch;
    }

    /** Whether batches may wait for more records. */
    private boolean lingers() {
        return flushes.get() == 0 && !memory.isShort();
    }
}
