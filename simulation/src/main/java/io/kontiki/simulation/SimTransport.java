package io.kontiki.simulation;

import io.kontiki.log.LogFailedException;
import io.kontiki.log.LogSlice;
import io.kontiki.log.OffsetOutOfRangeException;
import io.kontiki.log.PartitionLog;
import io.kontiki.log.ReadMemory;
import io.kontiki.metadata.TopicPartition;
import io.kontiki.partition.DigestAnswer;
import io.kontiki.partition.DigestQuestion;
import io.kontiki.partition.LogStart;
import io.kontiki.partition.Partition;
import io.kontiki.partition.PartitionProbe;
import io.kontiki.partition.ReplicaTransport;
import io.kontiki.replication.AttachRefusal;
import io.kontiki.replication.Effect;
import io.kontiki.storage.StorageException;
import java.nio.ByteBuffer;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.Supplier;

/** The streams of one run of a broker, to the leaders that it follows and from the followers that it leads. */
final class SimTransport implements ReplicaTransport {
    private final Cluster cluster;
    private final SimBroker broker;
    private final Scheduler scheduler;
    private final Map<Integer, SimStream> toLeaders = new HashMap<>();
    private final Map<Long, SimStream> fromFollowers = new LinkedHashMap<>();

    SimTransport(Cluster cluster, SimBroker broker) {
        this.cluster = cluster;
        this.broker = broker;
        this.scheduler = cluster.scheduler();
    }

    // ---- Streams

    private Optional<SimStream> streamTo(int leader) {
        SimStream open = toLeaders.get(leader);
        if (open != null) {
            return Optional.of(open);
        }
        Optional<SimBroker> target = cluster.node(leader).serving();
        if (target.isEmpty() || !cluster.network().reachable(broker.id(), leader)) {
            return Optional.empty();
        }
        SimStream stream = cluster.network().open(broker, target.get());
        toLeaders.put(leader, stream);
        target.get().transport().fromFollowers.put(stream.id(), stream);
        return Optional.of(stream);
    }

    void onStreamToLeaderBroken(SimStream stream) {
        int leader = stream.leader().id();
        if (toLeaders.remove(leader, stream)) {
            stream.attached()
                    .forEach(id -> broker.find(id).ifPresent(partition -> partition.onLeaderDisconnected(leader)));
        }
    }

    void onStreamFromFollowerBroken(SimStream stream) {
        fromFollowers.remove(stream.id());
        int follower = stream.follower().id();
        stream.attached()
                .forEach(id -> broker.find(id)
                        .ifPresent(partition -> partition.onFollowerDisconnected(follower, stream.id())));
    }

    // ---- As a follower

    @Override
    public void send(TopicPartition id, Effect.SendAttach effect) {
        if (!broker.running()) {
            return;
        }
        Optional<SimStream> stream = streamTo(effect.leader());
        if (stream.isEmpty()) {
            scheduler.afterMillis(
                    1,
                    50,
                    () -> broker.execute(() ->
                            broker.find(id).ifPresent(partition -> partition.onLeaderDisconnected(effect.leader()))));
            return;
        }
        stream.get().attached().add(id);
        long streamId = stream.get().id();
        int follower = broker.id();
        long epoch = broker.epoch();
        stream.get().sendToLeader(leader -> {
            Optional<Partition> found = leader.find(id);
            if (found.isPresent()) {
                found.get().onAttach(follower, epoch, streamId, effect.attach());
            } else {
                leader.transport()
                        .toFollower(
                                streamId,
                                id,
                                partition -> partition.onRefused(
                                        effect.attach().link(), AttachRefusal.UNKNOWN_PARTITION, 0));
            }
        });
    }

    @Override
    public void send(TopicPartition id, Effect.SendAck effect) {
        int follower = broker.id();
        long epoch = broker.epoch();
        toLeader(effect.leader(), id, partition -> partition.onAck(follower, epoch, effect.ack()));
    }

    @Override
    public void send(TopicPartition id, Effect.SendDetach effect) {
        int follower = broker.id();
        long epoch = broker.epoch();
        toLeader(effect.leader(), id, partition -> partition.onDetach(follower, epoch, effect.link()));
    }

    private void toLeader(int leader, TopicPartition id, Consumer<Partition> event) {
        SimStream stream = toLeaders.get(leader);
        if (stream != null && broker.running()) {
            stream.sendToLeader(target -> target.find(id).ifPresent(event));
        }
    }

    // ---- As a leader

    private void toFollower(long streamId, TopicPartition id, Consumer<Partition> event) {
        SimStream stream = fromFollowers.get(streamId);
        if (stream != null && broker.running()) {
            stream.sendToFollower(target -> target.find(id).ifPresent(event));
        }
    }

    @Override
    public void send(TopicPartition id, Effect.SendAttached effect) {
        toFollower(
                effect.streamId(),
                id,
                partition -> partition.onAttached(effect.link(), effect.highWatermark(), effect.logStartOffset()));
    }

    @Override
    public void send(TopicPartition id, Effect.SendDiverged effect) {
        cluster.events().note(Event.DIVERGENCE);
        toFollower(effect.streamId(), id, partition -> partition.onDiverged(effect.link(), effect.point()));
    }

    @Override
    public void send(TopicPartition id, Effect.SendRefused effect) {
        if (effect.reason() == AttachRefusal.OUT_OF_RANGE) {
            checkGivenUp(id, effect);
        }
        toFollower(
                effect.streamId(),
                id,
                partition -> partition.onRefused(effect.link(), effect.reason(), effect.leaderEpoch()));
    }

    /**
     * I7: a follower may be outside the leader's log below its start alone. A leader that was deposed may not have heard how
     * far it came since; who has heard of another epoch does not listen to it.
     */
    private void checkGivenUp(TopicPartition id, Effect.SendRefused effect) {
        Optional<PartitionLog> held = cluster.node(effect.follower())
                .serving()
                .flatMap(other -> other.find(id))
                .filter(other -> PartitionProbe.replica(other).leaderEpoch() == effect.leaderEpoch())
                .map(PartitionProbe::log);
        long start = PartitionProbe.log(broker.find(id).orElseThrow()).logStartOffset();
        SimulationFailure.check(
                held.isEmpty() || held.get().endOffset() < start,
                () -> "I7: " + effect + ", log start " + start + ", " + cluster);
    }

    @Override
    public void send(TopicPartition id, Effect.SendReset effect, Supplier<LogStart> read) {
        whenItsTurn(
                effect.streamId(),
                read,
                point -> toFollower(effect.streamId(), id, partition -> partition.onReset(effect.link(), point)));
    }

    @Override
    public void push(
            TopicPartition id,
            Effect.PushTo effect,
            boolean atHand,
            Function<ReadMemory, LogSlice> read,
            PushListener sent) {
        whenItsTurn(effect.streamId(), () -> read.apply(ReadMemory.NEW), slice -> {
            ByteBuffer records = cluster.onTheWire(slice.bytes());
            toFollower(
                    effect.streamId(),
                    id,
                    partition -> partition.onPush(
                            effect.link(),
                            effect.fromOffset(),
                            effect.previousEpoch(),
                            effect.highWatermark(),
                            effect.logStartOffset(),
                            records));
            sent.onSent(slice.endOffset(), slice.sizeInBytes());
        });
    }

    /** The log is read a moment later, when it may have been cut by another leadership. */
    private <T> void whenItsTurn(long streamId, Supplier<T> read, Consumer<T> send) {
        SimStream stream = fromFollowers.get(streamId);
        if (stream == null || !broker.running()) {
            return;
        }
        scheduler.after(
                stream.turn() - scheduler.now(),
                () -> broker.executeOnDisk(() -> {
                    if (!fromFollowers.containsKey(streamId)) {
                        return;
                    }
                    T found;
                    try {
                        found = read.get();
                    } catch (OffsetOutOfRangeException | StorageException | LogFailedException e) {
                        // As on the real transport: the loop's side ends this link.
                        return;
                    }
                    send.accept(found);
                }));
    }

    @Override
    public CompletableFuture<DigestAnswer> digest(int follower, TopicPartition partition, DigestQuestion question) {
        return CompletableFuture.completedFuture(DigestAnswer.refused(DigestAnswer.Reason.UNREACHABLE));
    }
}
