package io.kontiki.partition;

import io.kontiki.log.AppendInfo;
import io.kontiki.log.AppendMismatchException;
import io.kontiki.log.LogFailedException;
import io.kontiki.log.PartitionLog;
import io.kontiki.metadata.TopicConfig;
import io.kontiki.metadata.TopicPartition;
import io.kontiki.record.ControlRecords;
import io.kontiki.replication.Acks;
import io.kontiki.replication.CommitOutcome;
import io.kontiki.replication.Effect;
import io.kontiki.replication.Lease;
import io.kontiki.replication.PartitionReplica;
import io.kontiki.replication.ReplicaRole;
import io.kontiki.storage.DiskFullException;
import io.kontiki.storage.NoDescriptorsException;
import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Carries out what a replica decides: appends, truncates, flushes and answers. Belongs to the partition's event loop;
 * {@link #view} and {@link #readWaiters} may be used by any thread.
 */
final class ReplicaDriver extends RemoteEffects {
    private static final Logger LOG = LoggerFactory.getLogger(ReplicaDriver.class);

    private static final long ROLL_CHECK_NANOS = TimeUnit.SECONDS.toNanos(1);
    /** The wall clock, by which a segment is closed, may be set meanwhile, and the topic configured anew. */
    private static final long REST_NANOS_MAX = TimeUnit.SECONDS.toNanos(10);

    /** Less and less often, as others may have no room, either. */
    private static final long GIVE_WAY_NANOS_MIN = TimeUnit.SECONDS.toNanos(1);

    private static final long GIVE_WAY_NANOS_MAX = TimeUnit.MINUTES.toNanos(1);
    private static final int DAMAGES_TOLD_MAX = 100;

    /** What a full disk did not take. */
    private record DueLeaderChange(Effect.AppendLeaderChange effect, long sinceNanos) {}

    private final TopicPartition id;
    private final String name;
    private final LogPlace place;
    private final ReplicaLogView logView;
    private final PartitionReplica replica;
    private final Supplier<Lease> lease;
    private final PartitionPorts ports;
    private final Queue<Effect> pending = new ArrayDeque<>();
    private final Map<Long, Consumer<CommitOutcome>> waiting = new HashMap<>();
    private final ReadWaiters readWaiters = new ReadWaiters();
    private final LastAppend lastAppend = new LastAppend();
    private final LogFlushing flushing;
    /** What cannot be read; who needs it asks for it again and again. */
    private final Set<String> damagesTold = new HashSet<>();

    private boolean running;
    private boolean stopped;
    /** Since a tick at which nothing was due, and until the next event. */
    private boolean resting;

    private long restUntilNanos;
    private long nextRollCheckNanos;
    private long nextToken;
    private Optional<DueLeaderChange> leaderChangeDue = Optional.empty();
    private long giveWayNanos = GIVE_WAY_NANOS_MIN;

    private volatile ReadView view = ReadView.NONE;

    ReplicaDriver(
            TopicPartition id,
            String name,
            LogPlace place,
            ReplicaLogView logView,
            PartitionReplica replica,
            EventLoop loop,
            Supplier<Lease> lease,
            PartitionPorts ports) {
        super(id, name, place, replica, loop, ports);
        this.id = id;
        this.name = name;
        this.place = place;
        this.logView = logView;
        this.replica = replica;
        this.lease = lease;
        this.ports = ports;
        this.nextRollCheckNanos = nowNanos();
        this.flushing = new LogFlushing(
                place, logView, loop, ports.flusher(), new FlushedLog(), id.hashCode(), nextRollCheckNanos);
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

    /** Of this moment (rule E4). Off the event loop it is to be asked for before the view. */
    Lease lease() {
        return lease.get();
    }

    long nowMillis() {
        return ports.clock().millis();
    }

    /** Runs effects in order, and those that follow from them behind. */
    @Override
    void handle(List<Effect> effects) {
        awake();
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
                replica.standing(),
                replica.highWatermark(),
                log().lastStableOffset(replica.highWatermark()),
                replica.isWhole(),
                Math.max(0, replica.knownHighWatermark() - log().endOffset()));
        if (!now.equals(view)) {
            view = now;
            readWaiters.wakeBelow(now.highWatermark());
        }
    }

    /** Costs next to nothing while there is nothing to do: a broker has thousands of partitions that nobody uses. */
    void onTick(long nowNanos) {
        if (resting && nowNanos - restUntilNanos < 0) {
            return;
        }
        handle(replica.onTick(nowNanos));
        if (!stopped) {
            pushes().onTick(nowNanos);
        }
        if (leaderChangeDue.isPresent()) {
            retryLeaderChange(leaderChangeDue.get());
        }
        rollIfDue(nowNanos);
        if (isWorking()) {
            flushing.onTick(nowNanos);
        } else {
            flushing.onIdleTick(nowNanos);
        }
        restIfNothingIsDue(nowNanos);
    }

    private void restIfNothingIsDue(long nowNanos) {
        if (!isWorking()) {
            resting = true;
            restUntilNanos = nowNanos + ROLL_CHECK_NANOS;
        } else if (replica.isAtRest() && leaderChangeDue.isEmpty() && pushes().isAtRest() && flushing.isAtRest()) {
            resting = true;
            restUntilNanos =
                    nowNanos + Math.min(REST_NANOS_MAX, Math.min(flushing.rest(nowNanos), nanosToRollCheck(nowNanos)));
        }
    }

    private long nanosToRollCheck(long nowNanos) {
        long due =
                TimeUnit.MILLISECONDS.toNanos(log().millisToRoll(ports.clock().millis()));
        return Math.max(due, nextRollCheckNanos - nowNanos);
    }

    /** Something happens: the next tick looks at everything. */
    private void awake() {
        if (resting) {
            resting = false;
            flushing.awake(nowNanos());
        }
    }

    private boolean isWorking() {
        return !stopped && replica.role() != ReplicaRole.FAULTED;
    }

    /** Each replica closes segments by its own time: where they end is nobody else's matter. */
    private void rollIfDue(long nowNanos) {
        if (!isWorking() || nowNanos - nextRollCheckNanos < 0) {
            return;
        }
        nextRollCheckNanos = nowNanos + ROLL_CHECK_NANOS;
        try {
            if (log().rollIfDue(ports.clock().millis())) {
                flushing.flush();
            }
        } catch (DiskFullException e) {
            LOG.debug("{} keeps its segment: {}", name, e.getMessage());
        } catch (LogFailedException e) {
            onIoError(e);
        }
    }

    /** Until then this leader serves nobody; one that has room would. */
    private void retryLeaderChange(DueLeaderChange due) {
        if (replica.role() != ReplicaRole.LEADER
                || replica.leaderEpoch() != due.effect().leaderEpoch()) {
            leaderChangeDue = Optional.empty();
        } else if (dir().state() == LogDir.State.ONLINE) {
            append(due.effect(), due.sinceNanos());
        } else if (nowNanos() - due.sinceNanos() > giveWayNanos) {
            giveWayNanos = Math.min(2 * giveWayNanos, GIVE_WAY_NANOS_MAX);
            leaderChangeDue = Optional.of(new DueLeaderChange(due.effect(), nowNanos()));
            ports.leaderWithoutRoom().accept(id);
        }
    }

    // ---- Produce

    void onAppended(AppendInfo appended) {
        lastAppend.note(appended);
        handle(replica.onAppended(nowNanos()));
        flushing.onAppended(appended.rolled());
    }

    @Override
    boolean isAtHand(Effect.PushTo push) {
        return push.maxBytes() == 0 || lastAppend.isAtHand(push.fromOffset(), log().endOffset());
    }

    /** See {@link Partition#admitReader}. */
    boolean admitReader(long offset) {
        return lastAppend.admitReader(offset, log().endOffset());
    }

    void setFlushPolicy(TopicConfig.Flush policy) {
        awake();
        flushing.setPolicy(policy);
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
     * the log are the trouble of this replica alone (rules L12, M10). A file that cannot be opened for want of descriptors
     * is nobody's: it will be (rule R11).
     */
    @Override
    void onIoError(RuntimeException cause) {
        awake();
        if (stopped) {
            return;
        }
        String reason = String.valueOf(cause.getMessage());
        if (cause instanceof LogFailedException) {
            LOG.error("Partition {} goes offline: {}", name, reason, cause);
            fail(reason);
            dir().takeOffline(reason);
        } else if (cause instanceof NoDescriptorsException full) {
            onDiskFull(full);
        } else if (replica.role() != ReplicaRole.FAULTED) {
            stepAside(reason, cause);
        }
    }

    /** Who has the only copy goes on: what cannot be read is an error to whoever asks for it, all else stays there. */
    private void stepAside(String reason, RuntimeException cause) {
        boolean isNew = damagesTold.size() < DAMAGES_TOLD_MAX && damagesTold.add(reason);
        if (isNew) {
            dir().noteDamage();
        }
        if (replica.isReplaceable()) {
            LOG.error("This replica of {} steps aside: {}", name, reason, cause);
            fail(reason);
            ports.replicaFailed().accept(id);
        } else if (isNew) {
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
        append(effect, nowNanos());
    }

    /** @param sinceNanos when it was to be appended first */
    private void append(Effect.AppendLeaderChange effect, long sinceNanos) {
        leaderChangeDue = Optional.empty();
        try {
            AppendInfo appended = log().appendAsLeader(leaderChange(), effect.leaderEpoch());
            giveWayNanos = GIVE_WAY_NANOS_MIN;
            onAppended(appended);
        } catch (DiskFullException e) {
            // Nobody can be led before it is written: again at the next tick that finds room.
            onDiskFull(e);
            leaderChangeDue = Optional.of(new DueLeaderChange(effect, sinceNanos));
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
        noteCut(log().endOffset(), effect);
        try {
            log().truncateTo(effect.endOffset());
        } catch (DiskFullException e) {
            onDiskFull(e);
            handle(replica.onCutRefused(nowNanos()));
            return;
        } catch (LogFailedException e) {
            onIoError(e);
            return;
        }
        handle(replica.onTruncated(nowNanos()));
    }

    /** Rule M9: what an unclean election costs is said where it is lost. */
    private void noteCut(long end, Effect.TruncateTo effect) {
        if (effect.mayBeCommitted()) {
            LOG.warn(
                    "Truncating {} from {} to {}: up to {} records that may have been acknowledged are lost, since the"
                            + " leader, or one before it, was elected without having them",
                    name,
                    end,
                    effect.endOffset(),
                    end - effect.endOffset());
        } else {
            LOG.info("Truncating {} from {} to {}", name, end, effect.endOffset());
        }
    }

    @Override
    public void resetTo(Effect.ResetTo effect) {
        LogStart point = (LogStart) effect.point();
        long beyond = log().endOffset() - point.startOffset();
        LOG.warn(
                "Dropping {}, which ends at {}: the leader's log begins at {}{}",
                name,
                log().endOffset(),
                point.startOffset(),
                // Only after an unclean election (rule F11).
                beyond <= 0 ? "" : "; up to " + beyond + " records that may have been acknowledged are lost");
        try {
            log().resetTo(point.startOffset(), point.epochs(), point.producers());
            logView.startReset(log().logStartOffset());
        } catch (IllegalArgumentException e) {
            // Damaged on the way. The log is as it was; asking again in a while brings another copy.
            LOG.warn("{} is not reset: {}", name, e.getMessage());
            handle(replica.onCutRefused(nowNanos()));
            return;
        } catch (DiskFullException e) {
            onDiskFull(e);
            handle(replica.onCutRefused(nowNanos()));
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
        flushing.checkpoint();
        handle(replica.onLogStartRaised(nowNanos()));
    }

    /** Rule V6: the leader alone decides, and only about what is committed and decided. */
    void retainFrom(long offset) {
        long start = Math.min(offset, view.lastStableOffset());
        if (!stopped && replica.role() == ReplicaRole.LEADER && start > log().logStartOffset()) {
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
        flushing.flush();
    }

    private final class FlushedLog implements LogFlushing.Owner {
        @Override
        public void onFlushed(long logStartOffset) {
            handle(replica.onFlushed(nowNanos()));
            if (logStartOffset > logView.storedStartOffset()) {
                logView.startStored(logStartOffset);
                handle(replica.onLogStartRaised(nowNanos()));
            }
        }

        @Override
        public void onIoError(RuntimeException cause) {
            ReplicaDriver.this.onIoError(cause);
        }

        @Override
        public boolean stopped() {
            return stopped;
        }
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
        LOG.atInfo()
                .addKeyValue("partition", name)
                .addKeyValue("role", effect.role())
                .addKeyValue("epoch", effect.leaderEpoch())
                .log("{} is {} in epoch {}", name, effect.role(), effect.leaderEpoch());
        publishView();
        if (effect.role() != ReplicaRole.LEADER) {
            readWaiters.wakeAll();
        }
        if (effect.role() == ReplicaRole.LEADER && replica.leadsUncleanly()) {
            LOG.warn(
                    "{} was elected without being in sync: committed records may be lost from {} on",
                    name,
                    log().endOffset());
            dir().noteUncleanElection();
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
        pushes().stop(nowNanos());
        view = ReadView.NONE;
        waiting.values().forEach(outcome -> outcome.accept(CommitOutcome.LEADER_CHANGED_AFTER_APPEND));
        waiting.clear();
        readWaiters.wakeAll();
    }
}
