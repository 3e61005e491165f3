package io.kontiki.partition;

import io.kontiki.log.LogSlice;
import io.kontiki.log.PartitionLog;
import io.kontiki.log.ReadMemory;
import io.kontiki.metadata.TopicPartition;
import io.kontiki.proto.internal.v1.AlterPartition;
import io.kontiki.proto.internal.v1.AlterPartitionReply;
import io.kontiki.proto.internal.v1.IsrMember;
import io.kontiki.record.InvalidBatchException;
import io.kontiki.replication.Effect;
import io.kontiki.replication.EffectRunner;
import io.kontiki.replication.PartitionReplica;
import io.kontiki.replication.ProposalOutcome;
import io.kontiki.storage.StorageException;
import java.nio.ByteBuffer;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What a replica decides that leaves this broker: messages to its other replicas and proposals to the quorum. What is to
 * be sent is read from the log on the transport's threads, if it is not at hand; all else belongs to the partition's event loop.
 */
abstract class RemoteEffects implements EffectRunner {
    private static final Logger LOG = LoggerFactory.getLogger(RemoteEffects.class);

    private final TopicPartition id;
    private final String name;
    private final LogPlace place;
    private final PartitionReplica replica;
    private final EventLoop loop;
    private final PartitionPorts ports;
    private final ThrottledPushes pushes;

    RemoteEffects(
            TopicPartition id,
            String name,
            LogPlace place,
            PartitionReplica replica,
            EventLoop loop,
            PartitionPorts ports) {
        this.id = id;
        this.name = name;
        this.place = place;
        this.replica = replica;
        this.loop = loop;
        this.ports = ports;
        this.pushes = new ThrottledPushes(id, replica, ports.throttle(), this::send);
    }

    /** Runs what follows. */
    abstract void handle(List<Effect> effects);

    abstract void onIoError(RuntimeException cause);

    final long nowNanos() {
        return ports.nanoTime().getAsLong();
    }

    // ---- Other brokers

    @Override
    public final void sendAttach(Effect.SendAttach effect) {
        ports.transport().send(id, effect);
    }

    @Override
    public final void sendAck(Effect.SendAck effect) {
        ports.transport().send(id, effect);
    }

    @Override
    public final void sendDetach(Effect.SendDetach effect) {
        ports.transport().send(id, effect);
    }

    @Override
    public final void sendAttached(Effect.SendAttached effect) {
        ports.transport().send(id, effect);
    }

    @Override
    public final void sendDiverged(Effect.SendDiverged effect) {
        ports.transport().send(id, effect);
    }

    @Override
    public final void sendRefused(Effect.SendRefused effect) {
        ports.transport().send(id, effect);
    }

    @Override
    public final void sendReset(Effect.SendReset effect) {
        ports.transport().send(id, effect, () -> read(RemoteEffects::startOf));
    }

    private static LogStart startOf(PartitionLog log) {
        long start = ReplicaLogView.firstBatchAt(log, log.logStartOffset());
        return new LogStart(start, log.epochs(), log.producerSnapshotAt(start));
    }

    @Override
    public final void pushTo(Effect.PushTo effect) {
        pushes.push(effect, nowNanos());
    }

    final ThrottledPushes pushes() {
        return pushes;
    }

    private void send(Effect.PushTo push, int takenBytes) {
        ports.transport()
                .push(id, push, isAtHand(push), memory -> readFor(push, takenBytes, memory), (endOffset, bytes) -> {
                    settle(takenBytes, bytes);
                    loop.execute(() -> onPushSent(push, endOffset, bytes));
                });
    }

    /** Whether this push sends what the last append wrote, or nothing but offsets. */
    abstract boolean isAtHand(Effect.PushTo push);

    private void settle(int takenBytes, int sentBytes) {
        if (takenBytes > 0) {
            ports.throttle().sent(takenBytes, sentBytes);
        }
    }

    /**
     * A log start inside a batch, or raised beyond the follower: in the one case this is the batch that follows, in the
     * other nothing is for it any more, and the replica will tell it so.
     */
    private static LogSlice batchesFor(Effect.PushTo effect, PartitionLog log, ReadMemory memory) {
        long from = effect.fromOffset();
        if (effect.maxBytes() == 0) {
            // A read would give one batch at least.
            return new LogSlice(from, from, ByteBuffer.allocate(0));
        }
        long start = log.logStartOffset();
        LogSlice slice = log.read(Math.max(from, start), effect.maxBytes(), Long.MAX_VALUE, memory);
        return start > from && slice.startOffset() > from ? new LogSlice(from, from, ByteBuffer.allocate(0)) : slice;
    }

    /** Whatever the reason, also a log start that rose meanwhile: the follower would wait for this push for ever. */
    private LogSlice readFor(Effect.PushTo push, int takenBytes, ReadMemory memory) {
        try {
            return read(log -> batchesFor(push, log, memory));
        } catch (RuntimeException e) {
            settle(takenBytes, 0);
            loop.execute(() -> handle(replica.onPushUnreadable(push.follower(), push.link(), nowNanos())));
            throw e;
        }
    }

    /** R10, L12: nobody else would hear of a failure. */
    private <T> T read(Function<PartitionLog, T> reading) {
        try {
            return place.read(reading);
        } catch (StorageException | InvalidBatchException e) {
            loop.execute(() -> onIoError(e));
            throw new StorageException("read", place.log().directory(), e);
        }
    }

    private void onPushSent(Effect.PushTo effect, long endOffset, int bytes) {
        handle(replica.onPushSent(effect.follower(), effect.link(), endOffset, bytes, nowNanos()));
    }

    // ---- The quorum

    @Override
    public final void proposeIsr(Effect.ProposeIsr effect) {
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
        if (outcome instanceof ProposalOutcome.Accepted) {
            var isr = effect.members().stream()
                    .map(io.kontiki.replication.IsrMember::brokerId)
                    .sorted()
                    .toList();
            LOG.atInfo()
                    .addKeyValue("partition", name)
                    .addKeyValue("isr", isr)
                    .addKeyValue("epoch", effect.leaderEpoch())
                    .log("{} has in sync {} in epoch {}", name, isr, effect.leaderEpoch());
        }
        handle(replica.onProposalResult(effect.leaderEpoch(), effect.partitionEpoch(), outcome, nowNanos()));
    }
}
