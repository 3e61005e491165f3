package io.kontiki.partition;

import io.kontiki.log.AppendInfo;
import io.kontiki.log.AppendMismatchException;
import io.kontiki.log.LogFailedException;
import io.kontiki.log.LogSlice;
import io.kontiki.log.PartitionLog;
import io.kontiki.metadata.FlushMode;
import io.kontiki.metadata.TopicConfig;
import io.kontiki.metadata.TopicPartition;
import io.kontiki.proto.internal.v1.AlterPartition;
import io.kontiki.proto.internal.v1.AlterPartitionReply;
import io.kontiki.proto.internal.v1.IsrMember;
import io.kontiki.record.ControlRecords;
import io.kontiki.record.InvalidBatchException;
import io.kontiki.replication.Acks;
import io.kontiki.replication.CommitOutcome;
import io.kontiki.replication.Effect;
import io.kontiki.replication.EffectRunner;
import io.kontiki.replication.PartitionReplica;
import io.kontiki.replication.ProposalOutcome;
import io.kontiki.replication.ReplicaRole;
import io.kontiki.storage.DiskFullException;
import io.kontiki.storage.StorageException;
import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Queue;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Carries out what a replica decides: appends, truncates, flushes, sends and answers. Belongs to the partition's event
 * loop; {@link #view} and {@link #readWaiters} may be used by any thread.
 */
final class ReplicaDriver implements EffectRunner {
    private static final Logger LOG = LoggerFactory.getLogger(ReplicaDriver.class);

    /** How often the recovery point is noted: recovery after a crash verifies what was appended since. */
    private static final long CHECKPOINT_NANOS = TimeUnit.SECONDS.toNanos(60);

    /**
     * How long the first records of a young log, or of one that was idle, may go without: above the recovery point,
     * damage cannot be told from a torn tail (rule R7).
     */
    private static final int FIRST_CHECKPOINT_MILLIS = 5_000;

    private static final long ROLL_CHECK_NANOS = TimeUnit.SECONDS.toNanos(1);

    private final TopicPartition id;
    private final String name;
    private final LogPlace place;
    private final ReplicaLogView logView;
    private final PartitionReplica replica;
    private final EventLoop loop;
    private final PartitionPorts ports;
    private final Queue<Effect> pending = new ArrayDeque<>();
    private final Map<Long, Consumer<CommitOutcome>> waiting = new HashMap<>();
    private final ReadWaiters readWaiters = new ReadWaiters();
    private boolean running;
    private TopicConfig.Flush flushPolicy = TopicConfig.DEFAULTS.flush();
    private long unflushedSinceNanos;
    private boolean flushing;
    private boolean flushAgain;
    private boolean checkpointDue;
    private boolean stopped;
    private long nextCheckpointNanos;
    private long nextRollCheckNanos;
    private long checkpointedOffset;
    private long nextToken;
    /** What a full disk did not take. */
    private Optional<Effect.AppendLeaderChange> leaderChangeDue = Optional.empty();

    private volatile ReadView view = ReadView.NONE;

    ReplicaDriver(
            TopicPartition id,
            String name,
            LogPlace place,
            ReplicaLogView logView,
            PartitionReplica replica,
            EventLoop loop,
            PartitionPorts ports) {
        this.id = id;
        this.name = name;
        this.place = place;
        this.logView = logView;
        this.replica = replica;
        this.loop = loop;
        this.ports = ports;
        this.nextRollCheckNanos = ports.nanoTime().getAsLong();
        // Spread: thousands of logs may have been opened at once.
        this.nextCheckpointNanos = nextRollCheckNanos
                + TimeUnit.MILLISECONDS.toNanos(Math.floorMod(id.hashCode(), FIRST_CHECKPOINT_MILLIS));
        this.unflushedSinceNanos = nextRollCheckNanos;
        this.checkpointedOffset = log().endOffset();
    }

    private PartitionLog log() {
        return place.log();
    }

    private LogDir dir() {
        return place.dir();
    }

    PartitionReplica replica() {
        return replica;
    }

    ReadView view() {
        return view;
    }

    ReadWaiters readWaiters() {
        return readWaiters;
    }

    long nowNanos() {
        return ports.nanoTime().getAsLong();
    }

    long nowMillis() {
        return ports.clock().millis();
    }

    /** Runs effects in order, and those that follow from them behind. */
    void handle(List<Effect> effects) {
        if (stopped) {
            return;
        }
        pending.addAll(effects);
        if (running) {
            return;
        }
        running = true;
        try {
            for (Effect effect = pending.poll(); effect != null; effect = pending.poll()) {
                effect.runBy(this);
            }
        } finally {
            running = false;
        }
        publishView();
    }

    private void publishView() {
        ReadView now = new ReadView(
                replica.role(),
                replica.leaderEpoch(),
                replica.highWatermark(),
                replica.canAnswerLatest(),
                replica.isWhole());
        if (!now.equals(view)) {
            view = now;
            readWaiters.wakeBelow(now.highWatermark());
        }
    }

    void onTick(long nowNanos) {
        handle(replica.onTick(nowNanos));
        retryLeaderChange();
        rollIfDue(nowNanos);
        flushIfDue(nowNanos);
        if (nowNanos - nextCheckpointNanos >= 0 && !stopped && replica.role() != ReplicaRole.FAULTED) {
            nextCheckpointNanos = nowNanos + TimeUnit.MILLISECONDS.toNanos(FIRST_CHECKPOINT_MILLIS);
            if (log().endOffset() != checkpointedOffset) {
                nextCheckpointNanos = nowNanos + CHECKPOINT_NANOS;
                checkpointedOffset = log().endOffset();
                checkpointDue = true;
                flush();
            }
        }
    }

    /** Each replica closes segments by its own time: where they end is nobody else's matter. */
    private void rollIfDue(long nowNanos) {
        if (stopped || replica.role() == ReplicaRole.FAULTED || nowNanos - nextRollCheckNanos < 0) {
            return;
        }
        nextRollCheckNanos = nowNanos + ROLL_CHECK_NANOS;
        try {
            if (log().rollIfDue(ports.clock().millis())) {
                flush();
            }
        } catch (DiskFullException e) {
            LOG.debug("{} keeps its segment: {}", name, e.getMessage());
        } catch (LogFailedException e) {
            onIoError(e);
        }
    }

    private void retryLeaderChange() {
        if (leaderChangeDue.isPresent() && dir().state() == LogDir.State.ONLINE) {
            Effect.AppendLeaderChange effect = leaderChangeDue.get();
            leaderChangeDue = Optional.empty();
            if (replica.role() == ReplicaRole.LEADER && replica.leaderEpoch() == effect.leaderEpoch()) {
                appendLeaderChange(effect);
            }
        }
    }

    // ---- Produce

    void onAppended(AppendInfo appended) {
        handle(replica.onAppended(nowNanos()));
        long unflushed = log().endOffset() - log().flushedOffset();
        if (appended.rolled() || !flushing && unflushed >= flushPolicy.messages()) {
            flush();
        }
    }

    /** With {@code flush.mode=os}; in the other mode everything is forced to the disk at once anyhow. */
    void setFlushPolicy(TopicConfig.Flush policy) {
        flushPolicy = policy.mode() == FlushMode.OS ? policy : TopicConfig.DEFAULTS.flush();
    }

    private void flushIfDue(long nowNanos) {
        if (stopped
                || flushing
                || log().flushedOffset() == log().endOffset()
                || replica.role() == ReplicaRole.FAULTED) {
            unflushedSinceNanos = nowNanos;
        } else if (TimeUnit.NANOSECONDS.toMillis(nowNanos - unflushedSinceNanos) >= flushPolicy.millis()) {
            flush();
        }
    }

    void awaitCommit(long baseOffset, long endOffset, Acks acks, long timeoutNanos, Consumer<ProduceOutcome> outcome) {
        long token = await(ended -> outcome.accept(
                ended == CommitOutcome.COMMITTED ? new ProduceOutcome.Written(baseOffset) : Refusals.of(ended, name)));
        long now = nowNanos();
        handle(replica.awaitCommit(token, endOffset, acks, now + timeoutNanos, now));
    }

    private long await(Consumer<CommitOutcome> outcome) {
        waiting.put(nextToken, outcome);
        return nextToken++;
    }

    /**
     * A failed write or flush takes the whole directory offline (rule R10). Bytes that cannot be read or do not continue
     * the log are the trouble of this replica alone (rules L12, M10).
     */
    void onIoError(RuntimeException cause) {
        if (stopped) {
            return;
        }
        String reason = String.valueOf(cause.getMessage());
        if (cause instanceof LogFailedException) {
            LOG.error("Partition {} goes offline: {}", name, reason, cause);
            fail(reason);
            dir().takeOffline(reason);
        } else if (replica.role() != ReplicaRole.FAULTED) {
            stepAside(reason, cause);
        }
    }

    /** Who has the only copy goes on: what cannot be read is an error to whoever asks for it, all else stays there. */
    private void stepAside(String reason, RuntimeException cause) {
        if (replica.isReplaceable()) {
            LOG.error("This replica of {} steps aside: {}", name, reason, cause);
            fail(reason);
            ports.replicaFailed().accept(id);
        } else {
            LOG.error("{} has records that cannot be read, and no other replica to take over: {}", name, reason);
        }
    }

    /** Ends this replica, its log left as it is. */
    void fail(String reason) {
        if (!stopped) {
            leaderChangeDue = Optional.empty();
            handle(replica.onIoError(reason, nowNanos()));
        }
    }

    private void onDiskFull(DiskFullException cause) {
        dir().noteFull(String.valueOf(cause.getMessage()));
    }

    @Override
    public void complete(Effect.Complete effect) {
        waiting.remove(effect.token()).accept(effect.outcome());
    }

    // ---- The log

    @Override
    public void appendLeaderChange(Effect.AppendLeaderChange effect) {
        try {
            AppendInfo appended = log().appendAsLeader(leaderChange(), effect.leaderEpoch());
            onAppended(appended);
        } catch (DiskFullException e) {
            // Nobody can be led before it is written: again at the next tick that finds room.
            onDiskFull(e);
            leaderChangeDue = Optional.of(effect);
        } catch (LogFailedException e) {
            onIoError(e);
        }
    }

    private ByteBuffer leaderChange() {
        return ControlRecords.leaderChange(
                ports.brokerId(), List.of(), List.of(), ports.clock().millis());
    }

    @Override
    public void appendPushed(Effect.AppendPushed effect) {
        try {
            onAppended(log().appendAsFollower(((PushedRecords) effect.batches()).bytes()));
        } catch (DiskFullException e) {
            onDiskFull(e);
            handle(replica.onAppendRefused(nowNanos()));
        } catch (LogFailedException | AppendMismatchException e) {
            onIoError(e);
        }
    }

    @Override
    public void truncateTo(Effect.TruncateTo effect) {
        LOG.info("Truncating {} from {} to {}", name, log().endOffset(), effect.endOffset());
        try {
            log().truncateTo(effect.endOffset());
        } catch (LogFailedException e) {
            onIoError(e);
            return;
        }
        handle(replica.onTruncated(nowNanos()));
    }

    @Override
    public void resetTo(Effect.ResetTo effect) {
        LogStart point = (LogStart) effect.point();
        LOG.warn(
                "Dropping {}, which ends at {}: the leader's log begins at {} by now",
                name,
                log().endOffset(),
                point.startOffset());
        try {
            log().resetTo(point.startOffset(), point.epochs(), point.producers());
            logView.startStored(log().logStartOffset());
        } catch (IllegalArgumentException e) {
            // Damaged on the way. The log is as it was; asking again in a while brings another copy.
            LOG.warn("{} is not reset: {}", name, e.getMessage());
            handle(replica.onResetFailed(nowNanos()));
            return;
        } catch (LogFailedException e) {
            onIoError(e);
            return;
        }
        handle(replica.onReset(nowNanos()));
    }

    @Override
    public void raiseLogStart(Effect.RaiseLogStart effect) {
        raiseLogStart(effect.startOffset());
    }

    /** Readers see it at once; it counts, and files go, when it is on the disk. */
    private void raiseLogStart(long offset) {
        try {
            log().raiseLogStart(offset);
        } catch (LogFailedException e) {
            onIoError(e);
            return;
        }
        checkpointDue = true;
        flush();
        handle(replica.onLogStartRaised(nowNanos()));
    }

    /** Rule V6: the leader alone decides, and only about what is committed. */
    void retainFrom(long offset) {
        if (!stopped && replica.role() == ReplicaRole.LEADER && offset > log().logStartOffset()) {
            long start = Math.min(offset, replica.highWatermark());
            LOG.info("{} begins at offset {} from now on, by retention", name, start);
            raiseLogStart(start);
        }
    }

    /** @param beforeOffset at most the high watermark */
    void trim(long beforeOffset, long timeoutNanos, Consumer<CommitOutcome> outcome) {
        if (beforeOffset > log().logStartOffset()) {
            LOG.info("{} begins at offset {} from now on, by request", name, beforeOffset);
            raiseLogStart(beforeOffset);
        }
        long token = await(outcome);
        long now = nowNanos();
        handle(replica.awaitLogStart(token, beforeOffset, now + timeoutNanos, now));
    }

    @Override
    public void flush(Effect.Flush effect) {
        flush();
    }

    private void flush() {
        if (flushing) {
            flushAgain = true;
            return;
        }
        flushing = true;
        boolean checkpoint = checkpointDue;
        checkpointDue = false;
        long start = checkpoint ? log().logStartOffset() : logView.storedStartOffset();
        ports.flusher()
                .flush(
                        log(),
                        checkpoint,
                        () -> loop.execute(() -> onFlushed(start)),
                        e -> loop.execute(() -> onIoError(e)));
    }

    private void onFlushed(long storedStart) {
        flushing = false;
        boolean again = flushAgain;
        flushAgain = false;
        handle(replica.onFlushed(nowNanos()));
        if (storedStart > logView.storedStartOffset()) {
            logView.startStored(storedStart);
            handle(replica.onLogStartRaised(nowNanos()));
        }
        // What the replica asked for just now may have begun already, and covers it.
        boolean open = checkpointDue || log().flushedOffset() < log().endOffset();
        if (again && open && !flushing && !stopped) {
            flush();
        }
    }

    // ---- Other brokers

    @Override
    public void sendAttach(Effect.SendAttach effect) {
        ports.transport().send(id, effect);
    }

    @Override
    public void sendAck(Effect.SendAck effect) {
        ports.transport().send(id, effect);
    }

    @Override
    public void sendDetach(Effect.SendDetach effect) {
        ports.transport().send(id, effect);
    }

    @Override
    public void sendAttached(Effect.SendAttached effect) {
        ports.transport().send(id, effect);
    }

    @Override
    public void sendDiverged(Effect.SendDiverged effect) {
        ports.transport().send(id, effect);
    }

    @Override
    public void sendRefused(Effect.SendRefused effect) {
        ports.transport().send(id, effect);
    }

    @Override
    public void sendReset(Effect.SendReset effect) {
        ports.transport().send(id, effect, this::readLogStart);
    }

    private LogStart readLogStart() {
        try {
            return place.read(log -> {
                long start = ReplicaLogView.firstBatchAt(log, log.logStartOffset());
                return new LogStart(start, log.epochs(), log.producerSnapshotAt(start));
            });
        } catch (StorageException | InvalidBatchException e) {
            loop.execute(() -> onIoError(e));
            throw new StorageException("read", log().directory(), e);
        }
    }

    @Override
    public void pushTo(Effect.PushTo effect) {
        ports.transport()
                .push(
                        id,
                        effect,
                        () -> readForPush(effect),
                        (endOffset, bytes) -> loop.execute(() -> handle(
                                replica.onPushSent(effect.follower(), effect.link(), endOffset, bytes, nowNanos()))));
    }

    private LogSlice readForPush(Effect.PushTo effect) {
        try {
            // A log start inside a batch, or raised beyond the follower: in the one case this is the batch that
            // follows,
            // in the other the follower sees the gap and attaches anew.
            return place.read(log ->
                    log.read(Math.max(effect.fromOffset(), log.logStartOffset()), effect.maxBytes(), Long.MAX_VALUE));
        } catch (StorageException | InvalidBatchException e) {
            // R10, L12: nobody else would hear of it, and the follower would wait for this push for ever.
            loop.execute(() -> onIoError(e));
            throw new StorageException("read", log().directory(), e);
        }
    }

    // ---- The quorum

    @Override
    public void proposeIsr(Effect.ProposeIsr effect) {
        AlterPartition change = AlterPartition.newBuilder()
                .setTopicId(ports.topicId(id))
                .setPartition(id.partition())
                .setLeaderEpoch(effect.leaderEpoch())
                .setPartitionEpoch(effect.partitionEpoch())
                .addAllIsr(membersOf(effect.members()))
                .build();
        ports.proposals().propose(change, reply -> loop.execute(() -> onProposalResult(effect, reply)));
    }

    private static List<IsrMember> membersOf(Collection<io.kontiki.replication.IsrMember> members) {
        return members.stream()
                .map(member -> IsrMember.newBuilder()
                        .setBrokerId(member.brokerId())
                        .setBrokerEpoch(member.brokerEpoch())
                        .build())
                .toList();
    }

    private void onProposalResult(Effect.ProposeIsr effect, Optional<AlterPartitionReply> reply) {
        ProposalOutcome outcome = reply.map(Refusals::outcomeOf).orElseGet(ProposalOutcome.Unknown::new);
        LOG.debug("{}: ISR {} proposed on {}: {}", name, effect.members(), effect.partitionEpoch(), outcome);
        handle(replica.onProposalResult(effect.leaderEpoch(), effect.partitionEpoch(), outcome, nowNanos()));
    }

    // ---- What changed

    @Override
    public void highWatermarkAdvanced(Effect.HighWatermarkAdvanced effect) {
        // Before the answers that follow from it: whoever hears of an acknowledgement may ask for the latest offset.
        log().noteHighWatermark(effect.highWatermark());
        publishView();
    }

    @Override
    public void roleChanged(Effect.RoleChanged effect) {
        LOG.info("{} is {} in epoch {}", name, effect.role(), effect.leaderEpoch());
        publishView();
        if (effect.role() != ReplicaRole.LEADER) {
            readWaiters.wakeAll();
        }
    }

    @Override
    public void fault(Effect.Fault effect) {
        LOG.error("{} stopped, its log left as it is: {}", name, effect.reason());
        readWaiters.wakeAll();
    }

    /** Whether this is the log that the replica has now. */
    boolean isOf(PartitionLog log) {
        return log() == log;
    }

    boolean stopped() {
        return stopped;
    }

    /** Answers those who wait: the outcome of their appends is unknown to them. */
    void stop() {
        stopped = true;
        view = ReadView.NONE;
        waiting.values().forEach(outcome -> outcome.accept(CommitOutcome.LEADER_CHANGED_AFTER_APPEND));
        waiting.clear();
        readWaiters.wakeAll();
    }
}
