package io.kontiki.partition;

import io.kontiki.log.AppendInfo;
import io.kontiki.log.CleaningPace;
import io.kontiki.log.LogConfig;
import io.kontiki.log.LogFailedException;
import io.kontiki.log.LogScrub;
import io.kontiki.log.LogSlice;
import io.kontiki.log.PartitionLog;
import io.kontiki.log.ProducerCheck;
import io.kontiki.log.ReadMemory;
import io.kontiki.measure.TopicTraffic;
import io.kontiki.metadata.BrokerRegistration;
import io.kontiki.metadata.PartitionRegistration;
import io.kontiki.metadata.TopicConfig;
import io.kontiki.metadata.TopicPartition;
import io.kontiki.proto.v1.ErrorReason;
import io.kontiki.record.BatchRules;
import io.kontiki.record.BatchValidator;
import io.kontiki.record.InvalidBatchException;
import io.kontiki.record.RecordBatch;
import io.kontiki.replication.Ack;
import io.kontiki.replication.Acks;
import io.kontiki.replication.Admission;
import io.kontiki.replication.Attach;
import io.kontiki.replication.AttachRefusal;
import io.kontiki.replication.CommitOutcome;
import io.kontiki.replication.EpochEnd;
import io.kontiki.replication.Link;
import io.kontiki.replication.PartitionReplica;
import io.kontiki.replication.Push;
import io.kontiki.replication.ReplicaRole;
import io.kontiki.storage.DiskFullException;
import io.kontiki.storage.StorageException;
import java.nio.ByteBuffer;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.LongConsumer;

/**
 * One partition on this broker: its log and its replica. Every change happens on its event loop; the public methods may
 * be called by any thread and hand over to it. Reads of committed records run beside it on the caller's thread, by the
 * state that the loop last published.
 */
public final class Partition {
    private final TopicPartition id;
    private final String name;
    private final EventLoop loop;
    private final LogPlace place;
    private final PartitionReplica replica;
    private final ReplicaDriver driver;
    private final CommittedReads reads;
    private final LongConsumer ticker;
    private final TopicTraffic traffic;
    private volatile BatchRules rules;
    /** Written by the scrub of its directory. */
    private volatile DivergentCopies divergentCopies = DivergentCopies.NONE;

    Partition(
            TopicPartition id,
            String name,
            EventLoop loop,
            LogPlace place,
            ReplicaDriver driver,
            BatchRules rules,
            TopicTraffic traffic) {
        this.rules = rules;
        this.traffic = traffic;
        this.id = id;
        this.name = name;
        this.loop = loop;
        this.place = place;
        this.driver = driver;
        this.replica = driver.replica();
        this.reads = new CommittedReads(name, place, driver, this::onUnreadable);
        this.ticker = driver::onTick;
        loop.execute(() -> loop.addTicker(ticker));
    }

    public TopicPartition id() {
        return id;
    }

    /** {@code topic-number}, for people. */
    public String name() {
        return name;
    }

    /** Where its log is. */
    public LogDir dir() {
        return place.dir();
    }

    /** What the event loop last published. */
    ReadView view() {
        return driver.view();
    }

    /** Belongs to the event loop. */
    PartitionReplica replica() {
        return replica;
    }

    private PartitionLog log() {
        return place.log();
    }

    /** First offset still readable. */
    public long logStartOffset() {
        return log().logStartOffset();
    }

    /** Offset that the next record gets here. */
    public long logEndOffset() {
        return log().endOffset();
    }

    /** First offset not known to be committed, as far as was published; 0 before the replica has any part. */
    public long highWatermark() {
        return driver.view().highWatermark();
    }

    /** Where the committed records end that consumers get, as far as was published; unlike a look-up it needs no lease. */
    public long recordsEnd() {
        return log().epochs().recordsEnd(driver.view().highWatermark());
    }

    /**
     * Time stamp of the batch that holds an offset, or of the next one with records; ms since 1970. Blocks on the disk.
     *
     * @return empty if there is none, or it cannot be read now
     */
    public OptionalLong timestampFrom(long offset) {
        try {
            return place.read(log -> log.timestampFrom(offset));
        } catch (StorageException | InvalidBatchException unreadable) {
            // Whoever reads the records will find out; this is for measuring alone.
            return OptionalLong.empty();
        }
    }

    /** What goes in and out of its topic here. */
    public TopicTraffic traffic() {
        return traffic;
    }

    /** Committed records that this follower lacks, as its leader told it last; 0 for a leader. */
    public long lagRecords() {
        return driver.view().lagRecords();
    }

    /** Bytes of all segments. */
    public long sizeInBytes() {
        return log().sizeInBytes();
    }

    /** Whether this replica leads, as far as was published. */
    public boolean isLeader() {
        return driver.view().role() == ReplicaRole.LEADER;
    }

    /** What the replica says of its log, of one moment. */
    CompletableFuture<ReplicaDescription> describe() {
        CompletableFuture<ReplicaDescription> description = new CompletableFuture<>();
        loop.execute(() -> {
            long end = log().endOffset();
            description.complete(new ReplicaDescription(
                    id,
                    dir(),
                    log().sizeInBytes(),
                    log().logStartOffset(),
                    end,
                    Math.max(0, replica.knownHighWatermark() - end),
                    replica.role() == ReplicaRole.LEADER));
        });
        return description;
    }

    /** What the replica holds (rule M9). */
    CompletableFuture<HeldLog> held() {
        CompletableFuture<HeldLog> held = new CompletableFuture<>();
        loop.execute(() -> held.complete(new HeldLog(
                id,
                replica.leaderEpoch(),
                log().epochs().latestEpoch(),
                log().endOffset(),
                replica.highWatermark(),
                replica.role() == ReplicaRole.FAULTED,
                false)));
        return held;
    }

    /**
     * Lets retention take what is due. Looks on the calling thread, changes the log on the event loop.
     *
     * @param nowMillis since 1970
     */
    void retain(long nowMillis) {
        ReadView view = driver.view();
        if (view.role() == ReplicaRole.LEADER && divergentFollowers().isEmpty()) {
            place.read(log -> log.retentionPoint(nowMillis, view.lastStableOffset()))
                    .ifPresent(point -> loop.execute(() -> driver.retainFrom(point)));
        }
    }

    /**
     * Deletes the records below an offset, on all replicas (rule V6).
     *
     * @param beforeOffset at most the high watermark; empty for just there
     * @param timeoutMillis how long to wait for the replicas, at least 1
     * @param outcome told once, on any thread
     */
    public void trim(OptionalLong beforeOffset, int timeoutMillis, Consumer<TrimOutcome> outcome) {
        long timeoutNanos = TimeUnit.MILLISECONDS.toNanos(timeoutMillis);
        if (!loop.offer(() -> trimOnLoop(beforeOffset, timeoutNanos, outcome))) {
            outcome.accept(new TrimOutcome.Refused(
                    ErrorReason.ERROR_REASON_OVERLOADED, "too many requests wait on this broker"));
        }
    }

    private void trimOnLoop(OptionalLong beforeOffset, long timeoutNanos, Consumer<TrimOutcome> outcome) {
        ReadView view = driver.view();
        long offset = beforeOffset.orElse(view.highWatermark());
        Optional<TrimOutcome.Refused> refusal = reads.refusedTrim(view, offset, beforeOffset.isEmpty())
                .or(() -> Refusals.ofTrim(divergentFollowers(), name));
        if (refusal.isPresent()) {
            outcome.accept(refusal.get());
            return;
        }
        driver.trim(
                offset,
                timeoutNanos,
                ended -> outcome.accept(
                        ended == CommitOutcome.COMMITTED
                                ? new TrimOutcome.Trimmed(log().logStartOffset())
                                : Refusals.ofTrim(ended, offset, name)));
    }

    /** For what a move of the log does on the event loop. */
    void execute(Runnable event) {
        loop.execute(event);
    }

    /** On the event loop. Whether the log can be handed over to another directory. */
    boolean canMove() {
        return !driver.stopped() && replica.role() != ReplicaRole.FAULTED && !dir().isOffline();
    }

    /** On the event loop. The log is lost to this replica for the rest of the run. */
    void breakDown(String reason) {
        driver.fail(reason);
        dir().takeOffline(reason);
    }

    LogPlace place() {
        return place;
    }

    void configure(TopicConfig.Flush policy) {
        loop.execute(() -> driver.setFlushPolicy(policy));
    }

    void configure(LogConfig settings) {
        rules = settings.rules();
        loop.execute(() -> log().configure(settings));
    }

    // ---- Produce

    /**
     * Appends one batch. Checks its bytes on the calling thread.
     *
     * @param records one batch; must not change until the outcome is told
     * @param leaderEpoch the leader epoch that the caller knows, if any
     * @param timeoutMillis how long to wait for the acknowledgement, at least 1
     * @param told the outcome, once, on any thread; with {@link Acks#NONE} right after the append
     * @throws InvalidBatchException if the bytes are no acceptable batch; nothing is told then
     */
    public void produce(
            ByteBuffer records, Acks acks, OptionalInt leaderEpoch, int timeoutMillis, Consumer<ProduceOutcome> told) {
        RecordBatch batch = BatchValidator.validate(records, rules, driver.nowMillis());
        if (batch.isTransactional()) {
            told.accept(Refusals.ofTransactional(name));
            return;
        }
        ProduceTiming outcome = new ProduceTiming(traffic.all(), driver::nowNanos, told);
        long timeoutNanos = TimeUnit.MILLISECONDS.toNanos(timeoutMillis);
        if (!loop.offer(() -> append(batch, acks, leaderEpoch, timeoutNanos, outcome))) {
            outcome.accept(new ProduceOutcome.Refused(
                    ErrorReason.ERROR_REASON_OVERLOADED, "too many appends wait on this broker"));
        }
    }

    /** Rule D5: check and append are one event. */
    private void append(
            RecordBatch batch, Acks acks, OptionalInt leaderEpoch, long timeoutNanos, ProduceTiming outcome) {
        outcome.onTurn();
        if (driver.stopped()) {
            // It waited behind the end of the partition: the log may be closed already, and nobody would answer.
            outcome.accept(Refusals.ofStopped(name));
            return;
        }
        Admission admission = replica.admit(acks, leaderEpoch, driver.lease(), driver.nowNanos());
        if (admission instanceof Admission.Refused refused) {
            outcome.accept(Refusals.of(refused, name));
            return;
        }
        Optional<ProduceOutcome.Refused> unwritable = Refusals.ofAppend(dir().status(), name);
        if (unwritable.isPresent()) {
            outcome.accept(unwritable.get());
            return;
        }
        ProducerCheck check = log().producers().check(batch);
        if (check instanceof ProducerCheck.Duplicate duplicate) {
            traffic.onDuplicate();
            acknowledge(duplicate.baseOffset(), duplicate.lastOffset() + 1, acks, timeoutNanos, outcome);
            return;
        }
        if (!(check instanceof ProducerCheck.New)) {
            outcome.accept(Refusals.of(check, batch.producerId()));
            return;
        }
        AppendInfo appended;
        try {
            appended = log().appendAsLeader(
                            batch.bytes(), ((Admission.Granted) admission).leaderEpoch(), driver.nowMillis());
        } catch (DiskFullException e) {
            dir().noteFull(String.valueOf(e.getMessage()));
            outcome.accept(Refusals.ofFull(name, e.getMessage()));
            return;
        } catch (LogFailedException e) {
            driver.onIoError(e);
            outcome.accept(new ProduceOutcome.Refused(ErrorReason.ERROR_REASON_STORAGE_ERROR, e.getMessage()));
            return;
        }
        driver.onAppended(appended);
        traffic.onAppended(batch.sizeInBytes(), batch.recordCount());
        outcome.onAppended(acks != Acks.NONE);
        acknowledge(appended.baseOffset(), appended.nextOffset(), acks, timeoutNanos, outcome);
    }

    private void acknowledge(
            long baseOffset, long endOffset, Acks acks, long timeoutNanos, Consumer<ProduceOutcome> outcome) {
        if (acks == Acks.NONE) {
            outcome.accept(new ProduceOutcome.Written(baseOffset));
        } else {
            driver.awaitCommit(baseOffset, endOffset, acks, timeoutNanos, outcome);
        }
    }

    // ---- Reads

    /**
     * Reads committed batches. May block on the disk.
     *
     * @param maxBytes stop before exceeding so many bytes, but the first batch is read whole; nothing is read if it is 0
     *     or below
     */
    public FetchResult read(long offset, int maxBytes, OptionalInt leaderEpoch) {
        return read(offset, maxBytes, leaderEpoch, OptionalInt.empty(), ReadMemory.NEW);
    }

    /**
     * As {@link #read(long, int, OptionalInt)}, for a reader that has read what is before.
     *
     * @param lastEpoch leader epoch of the record before the offset, as it was read, if the reader knows it (KIP-320)
     * @param memory where the bytes are to be
     */
    public FetchResult read(
            long offset, int maxBytes, OptionalInt leaderEpoch, OptionalInt lastEpoch, ReadMemory memory) {
        return reads.batches(offset, maxBytes, leaderEpoch, lastEpoch, memory);
    }

    /** Where the records end that are readable now. Any thread; cheap. */
    public long readableEnd() {
        return driver.view().highWatermark();
    }

    /** Looks through the closed segments (rule R14). Blocks as the pace says. */
    LogScrub.Report scrub(CleaningPace pace) {
        return LogScrub.run(log(), pace);
    }

    /** Committed or not; each is compared with its checksum. Any thread; blocks on the disk. */
    LogSlice batches(long fromOffset, int maxBytes, long toOffsetExclusive) {
        return place.read(log -> log.read(fromOffset, maxBytes, toOffsetExclusive));
    }

    /** What a scrub has learned of the copies. */
    void noteDivergent(DivergentCopies copies) {
        divergentCopies = copies;
    }

    /** Followers that hold other records than this leader, as far as it knows; none if it does not lead. */
    Set<Integer> divergentFollowers() {
        return divergentCopies.followersIn(driver.view());
    }

    /** Rule L12. */
    void onUnreadable(RuntimeException cause) {
        loop.execute(() -> driver.onIoError(cause));
    }

    /**
     * Calls {@code wake}, once, when records at {@code offset} become readable or the partition can no longer be read
     * here. What is readable already wakes nobody: read after this call, not before. Called on the partition's event loop.
     *
     * @return takes the wish back
     */
    public Runnable onReadable(long offset, Runnable wake) {
        return driver.readWaiters().add(offset, wake);
    }

    /**
     * Whether somebody whom {@link #onReadable} wakes may read from that offset on at once, on the event loop. A few may, of
     * what is little and was just appended: that is in memory. Event loop only.
     */
    public boolean admitReader(long offset) {
        return driver.admitReader(offset);
    }

    /** The first offset still readable. */
    public OffsetLookup earliestOffset() {
        return reads.earliest();
    }

    /** The end of the committed records. */
    public OffsetLookup latestOffset() {
        return reads.latest();
    }

    /** The end of the committed records that consumers get: control batches behind the last one do not count. */
    public OffsetLookup recordsEndOffset() {
        return reads.recordsEnd();
    }

    /**
     * The first committed record at or after a time. May block on the disk.
     *
     * @param timestampMillis since 1970
     */
    public OffsetLookup offsetForTimestamp(long timestampMillis) {
        return reads.atTime(timestampMillis);
    }

    // ---- Replication: what arrives from other brokers

    public void onAttach(int follower, long brokerEpoch, long streamId, Attach attach) {
        loop.execute(() -> driver.handle(replica.onAttach(follower, brokerEpoch, streamId, attach, driver.nowNanos())));
    }

    public void onAck(int follower, long brokerEpoch, Ack ack) {
        loop.execute(() -> driver.handle(replica.onAck(follower, brokerEpoch, ack, driver.nowNanos())));
    }

    public void onDetach(int follower, long brokerEpoch, Link link) {
        loop.execute(() -> driver.handle(replica.onDetach(follower, brokerEpoch, link, driver.nowNanos())));
    }

    public void onFollowerDisconnected(int follower, long streamId) {
        loop.execute(() -> driver.handle(replica.onFollowerDisconnected(follower, streamId, driver.nowNanos())));
    }

    public void onAttached(Link link, long highWatermark, long logStartOffset) {
        loop.execute(() -> driver.handle(replica.onAttached(link, highWatermark, logStartOffset, driver.nowNanos())));
    }

    public void onDiverged(Link link, EpochEnd point) {
        loop.execute(() -> driver.handle(replica.onDiverged(link, point, driver.nowNanos())));
    }

    public void onReset(Link link, LogStart point) {
        loop.execute(() -> driver.handle(replica.onResetAsked(link, point, driver.nowNanos())));
    }

    public void onRefused(Link link, AttachRefusal reason, int leaderEpoch) {
        loop.execute(() -> driver.handle(replica.onRefused(link, reason, leaderEpoch, driver.nowNanos())));
    }

    /**
     * Checks the batches on the calling thread.
     *
     * @param records whole batches, or nothing
     */
    public void onPush(
            Link link,
            long previousOffset,
            OptionalInt previousEpoch,
            long highWatermark,
            long logStartOffset,
            ByteBuffer records) {
        if (records.hasRemaining() && dir().state() != LogDir.State.ONLINE) {
            // Rule R11: this replica leaves the ISR by its lag, and comes back when there is room.
            loop.execute(() -> driver.handle(replica.onAppendRefused(driver.nowNanos())));
            return;
        }
        Optional<PushedRecords> batches;
        try {
            batches = records.hasRemaining() ? Optional.of(PushedRecords.of(records)) : Optional.empty();
        } catch (InvalidBatchException e) {
            loop.execute(() -> driver.handle(replica.onPushCorrupt(link, driver.nowNanos())));
            return;
        }
        Push push = new Push(
                link, previousOffset, previousEpoch, highWatermark, logStartOffset, batches.map(found -> found));
        loop.execute(() -> driver.handle(replica.onPush(push, driver.nowNanos())));
    }

    public void onLeaderDisconnected(int leader) {
        loop.execute(() -> driver.handle(replica.onLeaderDisconnected(leader, driver.nowNanos())));
    }

    // ---- Life cycle

    void onMetadata(PartitionRegistration record, Map<Integer, BrokerRegistration> brokers) {
        loop.execute(() -> driver.handle(replica.onMetadata(record, brokers, driver.nowNanos())));
    }

    /** The directory of the log is offline: ends the replica, but not this object, which says so to who asks. */
    void fail(String reason) {
        loop.execute(() -> driver.fail(reason));
    }

    /** Ends the replica and then, on the event loop, its log: {@code end} closes or deletes it. */
    void stop(Consumer<PartitionLogs.Placed> end) {
        loop.execute(() -> {
            loop.removeTicker(ticker);
            driver.stop();
            end.accept(placed());
        });
    }

    /** This partition as compaction sees it. */
    Compactor.Target compacted() {
        return new CompactedPartition(name, log(), loop, driver);
    }

    PartitionLogs.Placed placed() {
        return place.placed();
    }
}
