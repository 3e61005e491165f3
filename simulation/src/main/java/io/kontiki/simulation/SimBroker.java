package io.kontiki.simulation;

import io.kontiki.metadata.MetadataImage;
import io.kontiki.metadata.PartitionRegistration;
import io.kontiki.metadata.UuidBytes;
import io.kontiki.proto.internal.v1.AlterPartition;
import io.kontiki.proto.internal.v1.AlterPartitionReply;
import io.kontiki.proto.internal.v1.AlterPartitions;
import io.kontiki.proto.internal.v1.HeartbeatRequest;
import io.kontiki.proto.internal.v1.ProposeRequest;
import io.kontiki.replication.Acks;
import io.kontiki.replication.Admission;
import io.kontiki.replication.AttachRefusal;
import io.kontiki.replication.CommitOutcome;
import io.kontiki.replication.Effect;
import io.kontiki.replication.EffectRunner;
import io.kontiki.replication.IsrMember;
import io.kontiki.replication.Lease;
import io.kontiki.replication.PartitionReplica;
import io.kontiki.replication.ProposalOutcome;
import io.kontiki.replication.Push;
import io.kontiki.replication.ReplicaIdentity;
import io.kontiki.replication.ReplicaRole;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.function.Consumer;
import java.util.function.Function;

/** One run of a broker process: the event loop around one replica, as plain as the product's. */
final class SimBroker implements EffectRunner {
    private static final long TICK_MILLIS = 50;
    private static final long HEARTBEAT_MILLIS = 500;

    /** What a produce request waits for. */
    private record Waiting(long value, long offset, Acks acks, Consumer<CommitOutcome> answer) {}

    private final Cluster cluster;
    private final SimNode node;
    private final Scheduler scheduler;
    private final Deque<Effect> effects = new ArrayDeque<>();
    private final Deque<Runnable> whilePaused = new ArrayDeque<>();
    private final Map<Integer, SimStream> toLeaders = new HashMap<>();
    private final Map<Long, SimStream> fromFollowers = new HashMap<>();
    private final Map<Long, Waiting> waiting = new HashMap<>();
    private Optional<PartitionReplica> replica = Optional.empty();
    private MetadataImage image = MetadataImage.EMPTY;
    private boolean running = true;
    private boolean paused;
    private boolean draining;
    private long epoch = -1;
    private long lastLinkId;
    private long lastToken;
    private long highWatermark;
    private Lease lease = new Lease(0);

    SimBroker(Cluster cluster, SimNode node) {
        this.cluster = cluster;
        this.node = node;
        this.scheduler = cluster.scheduler();
    }

    // ---- The process

    int id() {
        return node.id();
    }

    long epoch() {
        return epoch;
    }

    boolean running() {
        return running;
    }

    boolean paused() {
        return paused;
    }

    boolean serving() {
        return replica.isPresent();
    }

    PartitionReplica replica() {
        return replica.orElseThrow();
    }

    ModelLog log() {
        return node.log();
    }

    void stop() {
        running = false;
        whilePaused.clear();
    }

    void pause() {
        paused = true;
    }

    void resume() {
        paused = false;
        while (!paused && running && !whilePaused.isEmpty()) {
            whilePaused.poll().run();
        }
    }

    /** Every event of the process goes through here. */
    void execute(Runnable event) {
        if (!running) {
            return;
        }
        if (paused) {
            whilePaused.add(event);
        } else {
            event.run();
        }
    }

    void registered(long brokerEpoch) {
        execute(() -> {
            epoch = brokerEpoch;
            becomeReady();
        });
    }

    /** An image is taken in order; a broker that is cut off gets the newest one when it is back. */
    void onImage(MetadataImage newest) {
        if (!cluster.quorum().sendsImagesTo(id())) {
            scheduler.afterMillis(
                    50, 100, () -> execute(() -> onImage(cluster.quorum().image())));
            return;
        }
        scheduler.afterMillis(0, scheduler.chance(0.05) ? 300 : 5, () -> execute(() -> apply(newest)));
    }

    private void apply(MetadataImage newest) {
        if (newest.position().index() <= image.position().index()) {
            return;
        }
        image = newest;
        if (replica.isPresent()) {
            tellReplica();
        } else {
            becomeReady();
        }
    }

    private void becomeReady() {
        if (epoch < 0 || image.position().index() < epoch || serving()) {
            return;
        }
        ReplicaIdentity identity = new ReplicaIdentity(cluster.partition(), id(), epoch, () -> ++lastLinkId);
        replica = Optional.of(
                new PartitionReplica(identity, log(), node.highWatermarkCheckpoint(), cluster.replicaOptions()));
        highWatermark = replica().highWatermark();
        tellReplica();
        tick();
        heartbeat();
    }

    private void tellReplica() {
        image.partition(cluster.partition())
                .ifPresent(record -> handle(replica().onMetadata(record, image.brokers(), scheduler.now())));
    }

    private void tick() {
        handle(replica().onTick(scheduler.now()));
        if (scheduler.chance(0.05)) {
            node.checkpoint(replica().highWatermark());
        }
        scheduler.after(TICK_MILLIS * Scheduler.MILLI, () -> execute(this::tick));
    }

    private void heartbeat() {
        long sent = scheduler.now();
        cluster.quorum()
                .heartbeat(
                        HeartbeatRequest.newBuilder()
                                .setBrokerId(id())
                                .setBrokerEpoch(epoch)
                                .setAppliedIndex(image.position().index())
                                .setReady(true),
                        () -> execute(() -> lease =
                                lease.orLater(Lease.of(sent, cluster.quorum().sessionNanos()))));
        scheduler.after(HEARTBEAT_MILLIS * Scheduler.MILLI, () -> execute(this::heartbeat));
    }

    /** Runs effects in order; what they lead to goes behind those that wait. */
    private void handle(List<Effect> more) {
        effects.addAll(more);
        if (draining) {
            return;
        }
        draining = true;
        while (!effects.isEmpty()) {
            effects.poll().runBy(this);
        }
        draining = false;
        cluster.checks().afterStep(this);
    }

    // ---- Clients

    Admission admitRead() {
        return replica().standing().admitRead(OptionalInt.empty(), lease, scheduler.now());
    }

    Admission admitLatest() {
        return replica().standing().admitLatest(lease, scheduler.now());
    }

    void produce(long value, Acks acks, Consumer<CommitOutcome> answer, Consumer<Admission.Reason> refused) {
        execute(() -> {
            if (!serving()) {
                refused.accept(Admission.Reason.LEADER_UNKNOWN);
                return;
            }
            Admission admission = replica().admit(acks, OptionalInt.empty(), lease, scheduler.now());
            if (admission instanceof Admission.Refused refusal) {
                refused.accept(refusal.reason());
                return;
            }
            log().append(((Admission.Granted) admission).leaderEpoch(), value);
            long end = log().endOffset();
            handle(replica().onAppended(scheduler.now()));
            long token = ++lastToken;
            waiting.put(token, new Waiting(value, end - 1, acks, answer));
            long deadline = scheduler.now() + scheduler.draw(100, 5_000) * Scheduler.MILLI;
            handle(replica().awaitCommit(token, end, acks, deadline, scheduler.now()));
        });
    }

    // ---- Streams

    void onStreamToLeaderBroken(SimStream stream) {
        int leader = stream.leader().id();
        if (toLeaders.remove(leader, stream) && serving()) {
            handle(replica().onLeaderDisconnected(leader, scheduler.now()));
        }
    }

    void onStreamFromFollowerBroken(SimStream stream) {
        fromFollowers.remove(stream.id());
        if (serving()) {
            handle(replica().onFollowerDisconnected(stream.follower().id(), stream.id(), scheduler.now()));
        }
    }

    private Optional<SimStream> streamTo(int leader) {
        SimStream open = toLeaders.get(leader);
        if (open != null) {
            return Optional.of(open);
        }
        Optional<SimBroker> target = cluster.node(leader).serving();
        if (target.isEmpty() || !cluster.network().reachable(id(), leader)) {
            return Optional.empty();
        }
        SimStream stream = cluster.network().open(this, target.get());
        toLeaders.put(leader, stream);
        target.get().fromFollowers.put(stream.id(), stream);
        return Optional.of(stream);
    }

    @Override
    public void sendAttach(Effect.SendAttach effect) {
        Optional<SimStream> stream = streamTo(effect.leader());
        if (stream.isEmpty()) {
            scheduler.afterMillis(
                    1,
                    50,
                    () -> execute(() -> handle(replica().onLeaderDisconnected(effect.leader(), scheduler.now()))));
            return;
        }
        long streamId = stream.get().id();
        stream.get()
                .sendToLeader(leader -> leader.handle(
                        leader.replica().onAttach(id(), epoch, streamId, effect.attach(), scheduler.now())));
    }

    @Override
    public void sendAck(Effect.SendAck effect) {
        sendToLeader(effect.leader(), leader -> leader.replica().onAck(id(), epoch, effect.ack(), scheduler.now()));
    }

    @Override
    public void sendDetach(Effect.SendDetach effect) {
        sendToLeader(effect.leader(), leader -> leader.replica().onDetach(id(), epoch, effect.link(), scheduler.now()));
    }

    private void sendToLeader(int leader, Function<SimBroker, List<Effect>> event) {
        SimStream stream = toLeaders.get(leader);
        if (stream != null) {
            stream.sendToLeader(target -> target.handle(event.apply(target)));
        }
    }

    private void sendToFollower(long streamId, Function<SimBroker, List<Effect>> event) {
        SimStream stream = fromFollowers.get(streamId);
        if (stream != null) {
            stream.sendToFollower(target -> target.handle(event.apply(target)));
        }
    }

    @Override
    public void sendAttached(Effect.SendAttached effect) {
        sendToFollower(
                effect.streamId(),
                follower -> follower.replica()
                        .onAttached(effect.link(), effect.highWatermark(), effect.logStartOffset(), scheduler.now()));
    }

    @Override
    public void sendDiverged(Effect.SendDiverged effect) {
        sendToFollower(
                effect.streamId(),
                follower -> follower.replica().onDiverged(effect.link(), effect.point(), scheduler.now()));
    }

    @Override
    public void sendRefused(Effect.SendRefused effect) {
        SimulationFailure.check(effect.reason() != AttachRefusal.OUT_OF_RANGE, "I7: " + effect);
        sendToFollower(
                effect.streamId(),
                follower -> follower.replica()
                        .onRefused(effect.link(), effect.reason(), effect.leaderEpoch(), scheduler.now()));
    }

    /** The log is read a moment later, when it may have been cut by another leadership. */
    @Override
    public void pushTo(Effect.PushTo effect) {
        scheduler.after(
                scheduler.draw(0, Scheduler.MILLI),
                () -> execute(() -> {
                    if (effect.fromOffset() > log().endOffset()) {
                        return;
                    }
                    int count = effect.maxBytes() == 0 ? 0 : Math.max(1, effect.maxBytes() / ModelBatch.BYTES);
                    List<ModelBatch> batches = log().read(effect.fromOffset(), count);
                    Push push = new Push(
                            effect.link(),
                            effect.fromOffset(),
                            effect.previousEpoch(),
                            effect.highWatermark(),
                            effect.logStartOffset(),
                            batches.isEmpty() ? Optional.empty() : Optional.of(new ModelBatches(batches)));
                    boolean corrupted = cluster.corrupts();
                    sendToFollower(
                            effect.streamId(),
                            follower -> corrupted
                                    ? follower.replica().onPushCorrupt(effect.link(), scheduler.now())
                                    : follower.replica().onPush(push, scheduler.now()));
                    long end = effect.fromOffset() + batches.size();
                    int bytes = batches.size() * ModelBatch.BYTES;
                    scheduler.after(
                            scheduler.draw(0, Scheduler.MILLI),
                            () -> execute(() -> handle(replica()
                                    .onPushSent(effect.follower(), effect.link(), end, bytes, scheduler.now()))));
                }));
    }

    // ---- Log

    @Override
    public void appendLeaderChange(Effect.AppendLeaderChange effect) {
        log().append(effect.leaderEpoch(), ModelBatch.CONTROL);
        handle(replica().onAppended(scheduler.now()));
    }

    @Override
    public void appendPushed(Effect.AppendPushed effect) {
        ((ModelBatches) effect.batches()).list().forEach(log()::append);
        handle(replica().onAppended(scheduler.now()));
    }

    @Override
    public void truncateTo(Effect.TruncateTo effect) {
        cluster.checks().onTruncate(this, effect.endOffset());
        log().truncateTo(effect.endOffset());
        handle(replica().onTruncated(scheduler.now()));
    }

    @Override
    public void raiseLogStart(Effect.RaiseLogStart effect) {
        throw new SimulationFailure("no log start ever rises here, but " + effect);
    }

    @Override
    public void resetTo(Effect.ResetTo effect) {
        throw new SimulationFailure("no log start ever rises here, but " + effect);
    }

    @Override
    public void sendReset(Effect.SendReset effect) {
        throw new SimulationFailure("no log start ever rises here, but " + effect);
    }

    @Override
    public void flush(Effect.Flush effect) {
        ModelLog.Flush flush = log().startFlush();
        scheduler.afterMillis(0, scheduler.chance(0.02) ? 500 : 4, () -> {
            if (running) {
                flush.complete();
                execute(() -> handle(replica().onFlushed(scheduler.now())));
            }
        });
    }

    // ---- Quorum

    @Override
    public void proposeIsr(Effect.ProposeIsr effect) {
        AlterPartition.Builder change = AlterPartition.newBuilder()
                .setTopicId(UuidBytes.toBytes(cluster.partition().topicId()))
                .setPartition(cluster.partition().partition())
                .setLeaderEpoch(effect.leaderEpoch())
                .setPartitionEpoch(effect.partitionEpoch());
        for (IsrMember member : effect.members()) {
            change.addIsrBuilder().setBrokerId(member.brokerId()).setBrokerEpoch(member.brokerEpoch());
        }
        AlterPartitions.Builder request = AlterPartitions.newBuilder()
                .setBrokerId(id())
                .setBrokerEpoch(epoch)
                .addPartitions(change);
        cluster.quorum().propose(id(), ProposeRequest.newBuilder().setAlterPartitions(request), reply -> {
            ProposalOutcome outcome = reply.filter(
                            answered -> answered.getAlterPartitions().getPartitionsCount() == 1)
                    .map(answered -> outcomeOf(answered.getAlterPartitions().getPartitions(0)))
                    .orElse(new ProposalOutcome.Unknown());
            execute(() -> handle(replica()
                    .onProposalResult(effect.leaderEpoch(), effect.partitionEpoch(), outcome, scheduler.now())));
        });
    }

    private static ProposalOutcome outcomeOf(AlterPartitionReply reply) {
        return reply.getReasonValue() == 0
                ? new ProposalOutcome.Accepted(reply.getPartitionEpoch())
                : new ProposalOutcome.Refused(reply.getPartitionEpoch());
    }

    // ---- Answers

    @Override
    public void complete(Effect.Complete effect) {
        Waiting done = waiting.remove(effect.token());
        if (effect.outcome() == CommitOutcome.COMMITTED) {
            cluster.checks().onAcknowledged(this, done.offset(), done.value(), done.acks());
        }
        done.answer().accept(effect.outcome());
    }

    @Override
    public void highWatermarkAdvanced(Effect.HighWatermarkAdvanced effect) {
        cluster.checks().onHighWatermark(this, highWatermark, effect.highWatermark());
        highWatermark = effect.highWatermark();
    }

    @Override
    public void roleChanged(Effect.RoleChanged effect) {
        cluster.checks().onRole(this, effect.role(), effect.leaderEpoch());
    }

    @Override
    public void fault(Effect.Fault effect) {
        throw new SimulationFailure("broker " + id() + " stopped its replica: " + effect.reason());
    }

    @Override
    public String toString() {
        return (paused ? "paused, " : "")
                + replica.map(it ->
                                it.role() + " of epoch " + it.leaderEpoch() + ", high watermark " + it.highWatermark())
                        .orElse("starting");
    }

    /** Whether this run leads by its own word. */
    boolean leads() {
        return serving() && replica().role() == ReplicaRole.LEADER;
    }

    Optional<PartitionRegistration> knownRecord() {
        return image.partition(cluster.partition());
    }
}
