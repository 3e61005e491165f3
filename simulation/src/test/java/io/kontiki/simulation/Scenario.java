package io.kontiki.simulation;

import static org.assertj.core.api.Assertions.assertThat;

import io.kontiki.metadata.FlushMode;
import io.kontiki.metadata.PartitionRegistration;
import io.kontiki.partition.FetchResult;
import io.kontiki.partition.Partition;
import io.kontiki.partition.PartitionProbe;
import io.kontiki.partition.ProduceOutcome;
import io.kontiki.proto.internal.v1.Command;
import io.kontiki.proto.internal.v1.FenceBroker;
import io.kontiki.proto.internal.v1.HeartbeatRequest;
import io.kontiki.proto.v1.ErrorReason;
import io.kontiki.record.RecordBatch;
import io.kontiki.record.RecordBatchBuilder;
import io.kontiki.record.RecordBatches;
import io.kontiki.replication.Acks;
import io.kontiki.replication.PartitionReplica;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;

/**
 * A cluster that fails as told, in the words of the fault catalogue: nodes 1 to 3, of which 1 leads at first, and two of
 * which must store a record. Another seed, by {@code -Dsim.seed=N}, must change no scenario's end.
 */
final class Scenario {
    /** How long a send waits: longer than most scenarios last. */
    private static final int PATIENCE_MILLIS = 60_000;

    /** After that long, what was sent is in the leader's log or refused. */
    private static final long APPEND_MILLIS = 5;

    private static final Set<ErrorReason> REFUSED_FOR_CERTAIN = Set.of(
            ErrorReason.ERROR_REASON_NOT_LEADER,
            ErrorReason.ERROR_REASON_LEADER_UNKNOWN,
            ErrorReason.ERROR_REASON_NOT_ENOUGH_REPLICAS);

    private final Simulation simulation;
    private final List<ProduceOutcome> outcomes = new ArrayList<>();
    private long lastValue = 1_000_000;

    /** Nodes that run, but no partition yet: {@link #createTopic()}. */
    Scenario(SimulationOptions options) {
        simulation = new Simulation(Long.getLong("sim.seed", 1), options);
        simulation.startBrokers();
    }

    /** Three nodes in sync. */
    Scenario(FlushMode flushMode) {
        this(3, 2, flushMode);
    }

    Scenario(int nodes, int minIsr, FlushMode flushMode) {
        this(SimulationOptions.scripted(flushMode).withNodes(nodes, minIsr));
        createTopic();
        awaitHealed();
    }

    /** Three nodes in sync, which keep little more than one small segment. */
    static Scenario withRetention(FlushMode flushMode) {
        Scenario scenario = new Scenario(SimulationOptions.scripted(flushMode).withRetention(1_024, 2_048, 500));
        return scenario.createTopic().awaitHealed();
    }

    /** Three nodes in sync, whose logs are many small segments. */
    static Scenario withSmallSegments(FlushMode flushMode) {
        Scenario scenario = new Scenario(SimulationOptions.scripted(flushMode).withRetention(1_024, -1, 60_000));
        return scenario.createTopic().awaitHealed();
    }

    /** As many nodes, of which the first hold the partition. */
    static Scenario on(List<Integer> replicas, int nodes, int minIsr, FlushMode flushMode) {
        Scenario scenario = new Scenario(SimulationOptions.scripted(flushMode).withNodes(nodes, minIsr));
        scenario.simulation.createTopicOn(replicas);
        return scenario.awaitHealed();
    }

    /** Three nodes that run, but no partition yet: {@link #createTopic()}. */
    static Scenario withoutTopic(FlushMode flushMode) {
        return new Scenario(SimulationOptions.scripted(flushMode));
    }

    Scenario createTopic() {
        simulation.createTopic();
        return this;
    }

    /** The topic goes, and another one of its name comes: all that follows here is about that. */
    Scenario recreateTopic() {
        cluster().deleteTopic(cluster().partition().topicId());
        await("the end of the topic", () -> cluster().record().isEmpty());
        cluster().createTopicAgain();
        return await("the topic", () -> cluster().record().isPresent());
    }

    Cluster cluster() {
        return simulation.cluster();
    }

    Quorum quorum() {
        return cluster().quorum();
    }

    SimNode node(int id) {
        return cluster().node(id);
    }

    // ---- Nodes

    Scenario crash(int... nodes) {
        for (int id : nodes) {
            node(id).crash();
        }
        return this;
    }

    /** With the power goes all that was not flushed. */
    Scenario powerCut(int... nodes) {
        for (int id : nodes) {
            node(id).powerCutLosingAll();
        }
        return this;
    }

    Scenario start(int... nodes) {
        for (int id : nodes) {
            node(id).start();
        }
        return this;
    }

    // ---- Network

    /** Neither hears the other; after a while their streams break. */
    Scenario isolate(int node, int other) {
        cluster().network().block(node, other);
        cluster().network().block(other, node);
        return this;
    }

    Scenario rejoin(int node, int other) {
        cluster().network().unblock(node, other);
        cluster().network().unblock(other, node);
        return this;
    }

    /** Only the one direction. */
    Scenario block(int from, int to) {
        cluster().network().block(from, to);
        return this;
    }

    Scenario unblock(int from, int to) {
        cluster().network().unblock(from, to);
        return this;
    }

    /** What open streams carry that way comes late. */
    Scenario holdBack(int from, int to) {
        cluster().network().holdBack(from, to);
        return this;
    }

    Scenario letGo(int from, int to) {
        cluster().network().letGo(from, to);
        return this;
    }

    Scenario letOneGo(int from, int to) {
        cluster().network().letOneGo(from, to);
        return this;
    }

    boolean connected(int node, int other) {
        return cluster().network().connected(node, other);
    }

    // ---- Quorum

    PartitionRegistration record() {
        return cluster().record().orElseThrow();
    }

    Set<Integer> isr() {
        return new TreeSet<>(record().isr());
    }

    Set<Integer> elr() {
        return new TreeSet<>(record().elr());
    }

    long brokerEpoch(int node) {
        return quorum().image().broker(node).orElseThrow().epoch();
    }

    /** Whether the quorum lets the node be in sync. */
    boolean usable(int node) {
        return quorum().image().usable(node);
    }

    /** A false suspicion: the broker runs on, and is unfenced with its next heartbeat. */
    Scenario fence(int node) {
        return fence(node, brokerEpoch(node));
    }

    Scenario fence(int node, long brokerEpoch) {
        quorum().submit(fencing(node, brokerEpoch));
        return this;
    }

    /** What a controller would send now. */
    Command fencing(int node, long brokerEpoch) {
        FenceBroker.Builder fence = FenceBroker.newBuilder()
                .setBrokerId(node)
                .setBrokerEpoch(brokerEpoch)
                .setAssumedIndex(quorum().image().position().index());
        return Command.newBuilder().setFenceBroker(fence).build();
    }

    /** As the broker sent it, perhaps long ago. */
    Scenario heartbeat(int node, long brokerEpoch) {
        HeartbeatRequest.Builder late = HeartbeatRequest.newBuilder()
                .setBrokerId(node)
                .setBrokerEpoch(brokerEpoch)
                .setAppliedIndex(quorum().image().position().index())
                .setReady(true);
        quorum().heartbeat(late, answer -> {});
        return this;
    }

    Scenario minIsr(int value) {
        cluster().alterTopic("min.insync.replicas", Integer.toString(value));
        await("min.insync.replicas " + value, () -> record().minIsr() == value);
        return this;
    }

    /** Asks for these replicas, the preferred leader first. */
    Scenario reassign(Integer... replicas) {
        cluster().operator().reassign(cluster().partition(), List.of(replicas));
        return this;
    }

    /** Until exactly these brokers have replicas, and none is on its way. */
    Scenario awaitReplicas(Integer... replicas) {
        return await(
                List.of(replicas) + " to be the replicas",
                () -> record().replicas().equals(List.of(replicas))
                        && !record().reassignment().isUnderWay());
    }

    boolean holdsReplica(int node) {
        return node(node)
                .serving()
                .flatMap(broker -> broker.find(cluster().partition()))
                .isPresent();
    }

    // ---- Waiting

    Scenario runFor(long millis) {
        simulation.runFor(millis);
        return this;
    }

    Scenario await(String what, BooleanSupplier condition) {
        simulation.await(what, condition);
        return this;
    }

    Scenario awaitLeader(int node) {
        return await(
                "node " + node + " to lead",
                () -> cluster().leader().filter(leader -> leader.id() == node).isPresent());
    }

    Scenario awaitNoLeader() {
        return await("no leader", () -> !record().hasLeader());
    }

    Scenario awaitIsr(Integer... nodes) {
        return await(List.of(nodes) + " in sync", () -> isr().equals(Set.of(nodes)));
    }

    /** Until the node's log has an end that another one's has. */
    Scenario awaitSameEnd(int node, int other) {
        return await("node " + node + " to end as " + other, () -> holdsReplica(node) && end(node) == end(other));
    }

    Scenario awaitHealed() {
        return await("healing", cluster()::healed);
    }

    // ---- Data

    /** Producers and consumers, from now to the end. */
    Scenario load() {
        simulation.workload().start();
        return this;
    }

    /** Sends to the leader, which all in-sync replicas must store, and does not wait. */
    Scenario send(int count) {
        return sendTo(cluster().leader().orElseThrow().id(), count, Acks.ALL);
    }

    Scenario sendTo(int node, int count, Acks acks) {
        return sendAtOnce(node, count, acks).runFor(APPEND_MILLIS);
    }

    /** Sends to the leader, which has not even appended it yet. */
    Scenario sendAtOnce(int count) {
        return sendAtOnce(cluster().leader().orElseThrow().id(), count, Acks.ALL);
    }

    private Scenario sendAtOnce(int node, int count, Acks acks) {
        SimBroker broker = node(node).serving().orElseThrow();
        for (int i = 0; i < count; i++) {
            send(broker, acks, outcomes::add);
        }
        return this;
    }

    private void send(SimBroker broker, Acks acks, Consumer<ProduceOutcome> answer) {
        ByteBuffer batch = simulation.workload().batch(++lastValue);
        broker.produce(cluster().partition(), batch, acks, PATIENCE_MILLIS, answer);
    }

    Scenario sendTo(int node, int count) {
        return sendTo(node, count, Acks.ALL);
    }

    /** Sends to the node again and again. */
    Scenario sendToUntil(int node, BooleanSupplier condition) {
        while (!condition.getAsBoolean()) {
            sendTo(node, 1).runFor(50);
        }
        return this;
    }

    /** A batch of one record of an idempotent producer, to the leader, without waiting. */
    Scenario sendAs(long producer, int sequence) {
        cluster()
                .leader()
                .orElseThrow()
                .produce(cluster().partition(), batch(producer, sequence), Acks.ALL, PATIENCE_MILLIS, outcomes::add);
        return runFor(APPEND_MILLIS);
    }

    /** As {@link #sendAs}, but waits until it is acknowledged. */
    Scenario produce(long producer, int sequence) {
        produced(producer, sequence);
        return this;
    }

    /** The offset that was acknowledged. */
    long produced(long producer, int sequence) {
        int before = outcomes.size();
        sendAs(producer, sequence).await("an answer", () -> outcomes.size() > before);
        ProduceOutcome answer = outcomes.get(outcomes.size() - 1);
        assertThat(answer).isInstanceOf(ProduceOutcome.Written.class);
        return ((ProduceOutcome.Written) answer).baseOffset();
    }

    /** What {@link #sendAs} sends. */
    static ByteBuffer batch(long producer, int sequence) {
        RecordBatchBuilder builder = new RecordBatchBuilder(1 << 10);
        builder.add(
                SimNode.EPOCH_MILLIS,
                null,
                ByteBuffer.allocate(4).putInt(sequence).flip(),
                List.of());
        return builder.build(producer, (short) 0, sequence);
    }

    /** Sends to the leader, again what was refused for certain, and waits until all of it is acknowledged. */
    Scenario write(int count) {
        List<ProduceOutcome> told = new ArrayList<>();
        int[] toSend = {count};
        await("acknowledgements", () -> {
            Optional<SimBroker> leader = cluster().leader();
            if (leader.isPresent()) {
                int refused = toSend[0];
                toSend[0] = 0;
                for (int i = 0; i < refused; i++) {
                    send(leader.get(), Acks.ALL, answer -> {
                        if (REFUSED_FOR_CERTAIN.contains(reason(answer))) {
                            toSend[0]++;
                        } else {
                            told.add(answer);
                        }
                    });
                }
            }
            return told.size() == count;
        });
        assertThat(told).allMatch(ProduceOutcome.Written.class::isInstance);
        outcomes.addAll(told);
        return this;
    }

    private static ErrorReason reason(ProduceOutcome outcome) {
        return outcome instanceof ProduceOutcome.Refused refused
                ? refused.reason()
                : ErrorReason.ERROR_REASON_UNSPECIFIED;
    }

    int acknowledged() {
        return cluster().checks().committed().acknowledged();
    }

    List<ProduceOutcome> outcomes() {
        return outcomes;
    }

    /** Why sends were not acknowledged. */
    List<ErrorReason> refusals() {
        return outcomes.stream()
                .map(Scenario::reason)
                .filter(reason -> reason != ErrorReason.ERROR_REASON_UNSPECIFIED)
                .toList();
    }

    /** The newest leader epoch that a node knows. */
    int knownEpoch(int node) {
        return replica(node).leaderEpoch();
    }

    /** The in-sync replicas as a node knows them. */
    Set<Integer> knownIsr(int node) {
        return new TreeSet<>(knownRecord(node).isr());
    }

    /** What a broker holds of the partition. */
    Partition partition(int node) {
        return node(node).serving().orElseThrow().find(cluster().partition()).orElseThrow();
    }

    /**
     * Reads all that a node leads, as a consumer does, and compares it.
     *
     * @return why it came to no end, if so
     */
    Optional<ErrorReason> read(int node) {
        long offset = logStart(node);
        while (offset < replica(node).highWatermark()) {
            FetchResult result = partition(node).read(offset, 300, OptionalInt.empty());
            if (result instanceof FetchResult.Refused refused) {
                return Optional.of(refused.reason());
            }
            for (RecordBatch batch : RecordBatches.of(((FetchResult.Records) result).records())) {
                batch.ensureValidChecksum();
                cluster().checks().committed().checkRead(batch, "node " + node);
                offset = batch.nextOffset();
            }
        }
        return Optional.empty();
    }

    long end(int node) {
        return node(node).log().endOffset();
    }

    long logStart(int node) {
        return node(node).log().logStartOffset();
    }

    PartitionReplica replica(int node) {
        return PartitionProbe.replica(partition(node));
    }

    /** Leader epoch of the batch that holds an offset in the log of a node. */
    OptionalInt epochAt(int node, long offset) {
        return node(node).log().epochs().epochAt(offset);
    }

    OptionalInt latestEpoch(int node) {
        return epochAt(node, end(node) - 1);
    }

    PartitionRegistration knownRecord(int node) {
        return node(node)
                .serving()
                .orElseThrow()
                .knownRecord(cluster().partition())
                .orElseThrow();
    }

    long count(Event event) {
        return cluster().events().counts().get(event);
    }

    /** Promises A, B and F. */
    void healAndCheck() {
        simulation.healAndCheck();
    }
}
