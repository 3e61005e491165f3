package io.kontiki.simulation;

import io.kontiki.log.PartitionLog;
import io.kontiki.metadata.FlushMode;
import io.kontiki.metadata.MetadataImage;
import io.kontiki.metadata.PartitionRegistration;
import io.kontiki.metadata.TopicPartition;
import io.kontiki.metadata.UuidBytes;
import io.kontiki.metadata.command.Applied;
import io.kontiki.partition.Partition;
import io.kontiki.partition.PartitionProbe;
import io.kontiki.proto.internal.v1.AlterTopic;
import io.kontiki.proto.internal.v1.Command;
import io.kontiki.proto.internal.v1.CreateTopic;
import io.kontiki.proto.internal.v1.DeleteTopic;
import io.kontiki.proto.internal.v1.InitializeCluster;
import io.kontiki.proto.internal.v1.Replicas;
import io.kontiki.record.RecordBatch;
import io.kontiki.record.RecordBatches;
import io.kontiki.replication.ReplicaOptions;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.UUID;

/** The nodes, what joins them, and the checks that watch them. */
final class Cluster {
    /** The checksum of a batch covers nothing before. */
    static final int CHECKED_FROM_BYTE = 21;

    private final Scheduler scheduler;
    private final SimulationOptions options;
    private final Network network;
    private final Map<Integer, SimNode> nodes = new TreeMap<>();
    private UUID topicId;
    private final Quorum quorum;
    private final Operator operator;
    private final Events events = new Events();
    private final CommandEvents commandEvents = new CommandEvents(this);
    private final Checks checks;
    private final GroupChecks groupChecks;
    private List<TopicPartition> partitions = List.of();
    private boolean rotten;
    private double corruption;
    private double answerLoss;

    Cluster(long seed, SimulationOptions options) {
        this.scheduler = new Scheduler(seed);
        this.options = options;
        this.network = new Network(scheduler);
        this.topicId = drawUuid();
        for (int id = 1; id <= options.nodes(); id++) {
            nodes.put(id, new SimNode(this, id));
        }
        this.checks = new Checks(this);
        this.groupChecks = new GroupChecks(this);
        this.quorum = new Quorum(scheduler, partition(), this::onCommit);
        this.operator = new Operator(quorum);
        quorum.submit(Command.newBuilder()
                .setInitializeCluster(InitializeCluster.newBuilder()
                        .setClusterId(Quorum.CLUSTER)
                        .setFeatureLevel(1))
                .build());
        quorum.watch(this::onImage);
        scheduler.after(20 * Scheduler.MILLI, () -> nodes.values().forEach(SimNode::start));
    }

    Scheduler scheduler() {
        return scheduler;
    }

    SimulationOptions options() {
        return options;
    }

    /** Small windows and a short lag limit, so that their limits are met often. */
    ReplicaOptions replicaOptions() {
        return new ReplicaOptions(
                1_500 * Scheduler.MILLI,
                50 * Scheduler.MILLI,
                1_000 * Scheduler.MILLI,
                2_000,
                700,
                1_000,
                options.isolated(),
                3_000 * Scheduler.MILLI);
    }

    Network network() {
        return network;
    }

    Quorum quorum() {
        return quorum;
    }

    Operator operator() {
        return operator;
    }

    Checks checks() {
        return checks;
    }

    GroupChecks groupChecks() {
        return groupChecks;
    }

    Events events() {
        return events;
    }

    /** The first one. */
    TopicPartition partition() {
        return new TopicPartition(topicId, 0);
    }

    /** All that there are. */
    List<TopicPartition> partitions() {
        return partitions;
    }

    private void listPartitions(MetadataImage image) {
        List<TopicPartition> all = new ArrayList<>();
        image.topics().byId().forEach((id, topic) -> {
            for (int number = 0; number < topic.partitions().size(); number++) {
                all.add(new TopicPartition(id, number));
            }
        });
        partitions = List.copyOf(all);
    }

    SimNode node(int id) {
        return nodes.get(id);
    }

    Iterable<SimNode> nodes() {
        return nodes.values();
    }

    /** One that a client finds at its address; empty if nobody answers there. */
    Optional<SimBroker> anyBroker() {
        return node((int) scheduler.draw(1, options.nodes())).serving();
    }

    boolean durable() {
        return options.flushMode() == FlushMode.ACK;
    }

    UUID drawUuid() {
        return new UUID(scheduler.random().nextLong(), scheduler.random().nextLong());
    }

    /** The clients' wall clock. */
    long millis() {
        return SimNode.EPOCH_MILLIS + scheduler.nowMillis();
    }

    /** Whether an answer to a client gets lost. */
    boolean losesAnswer() {
        return answerLoss > 0 && scheduler.chance(answerLoss);
    }

    void setAnswerLoss(double probability) {
        answerLoss = probability;
    }

    void setCorruption(double probability) {
        corruption = probability;
    }

    /** Whether bits flip on disks, so that replicas may have to give up. */
    boolean damages() {
        return rotten;
    }

    void rotten() {
        rotten = true;
    }

    /** What arrives of what was sent: now and then a bit of a record is another one. */
    ByteBuffer onTheWire(ByteBuffer records) {
        if (corruption == 0 || !records.hasRemaining() || !scheduler.chance(corruption)) {
            return records;
        }
        RecordBatch batch = RecordBatches.of(records).iterator().next();
        int at = records.position() + (int) scheduler.draw(CHECKED_FROM_BYTE, batch.sizeInBytes() - 1L);
        records.put(at, (byte) (records.get(at) ^ 1 << scheduler.draw(0, 7)));
        return records;
    }

    /** The topic that is there from the start. */
    void createTopic() {
        createTopic(topicId, "simulated", options.partitions());
    }

    /** Once the first topic is deleted, another one takes its name and its place. */
    void createTopicAgain() {
        topicId = drawUuid();
        createTopic();
    }

    /** All brokers hold a replica of each partition; the first in the list is elected first. */
    void createTopic(UUID id, String name, int count) {
        List<List<Integer>> replicas = new ArrayList<>();
        List<Integer> order = new ArrayList<>(nodes.keySet());
        for (int number = 0; number < count; number++) {
            replicas.add(List.copyOf(order));
            order.add(order.remove(0));
        }
        createTopic(id, name, replicas);
    }

    /** The topic that is there from the start, of which each partition is on these brokers. */
    void createTopicOn(List<Integer> replicas) {
        createTopic(topicId, "simulated", Collections.nCopies(options.partitions(), replicas));
    }

    private void createTopic(UUID id, String name, List<List<Integer>> replicas) {
        CreateTopic.Builder topic = CreateTopic.newBuilder()
                .setTopicId(UuidBytes.toBytes(id))
                .setName(name)
                .setAssumedIndex(quorum.image().position().index())
                .putConfigs("min.insync.replicas", Integer.toString(options.minIsr()))
                .putConfigs("flush.mode", durable() ? "ack" : "os")
                .putConfigs("segment.bytes", Integer.toString(options.segmentBytes()))
                .putConfigs("index.interval.bytes", "512")
                .putConfigs("retention.bytes", Long.toString(options.retentionBytes()));
        replicas.forEach(partition -> topic.addPartitions(Replicas.newBuilder().addAllBrokerIds(partition)));
        quorum.submit(Command.newBuilder().setCreateTopic(topic).build());
    }

    void deleteTopic(UUID id) {
        quorum.submit(Command.newBuilder()
                .setDeleteTopic(DeleteTopic.newBuilder().setTopicId(UuidBytes.toBytes(id)))
                .build());
    }

    /** Whether replicas can be placed on all brokers. */
    boolean allUsable() {
        return nodes.keySet().stream().allMatch(quorum.image()::usable);
    }

    void alterTopic(String key, String value) {
        quorum.submit(Command.newBuilder()
                .setAlterTopic(AlterTopic.newBuilder()
                        .setTopicId(UuidBytes.toBytes(topicId))
                        .setAssumedIndex(quorum.image().position().index())
                        .putSetConfigs(key, value))
                .build());
    }

    Optional<PartitionRegistration> record() {
        return record(partition());
    }

    Optional<PartitionRegistration> record(TopicPartition id) {
        return quorum.image().partition(id);
    }

    Optional<SimBroker> leader() {
        return leader(partition());
    }

    /** The broker that leads as the quorum knows it, if it knows that itself. */
    Optional<SimBroker> leader(TopicPartition id) {
        return record(id)
                .filter(PartitionRegistration::hasLeader)
                .flatMap(record -> node(record.leader())
                        .serving()
                        .filter(broker -> broker.leads(id)
                                && PartitionProbe.replica(broker.find(id).orElseThrow())
                                                .leaderEpoch()
                                        == record.leaderEpoch()));
    }

    /** Whether all replicas are where they should be, in sync and the same, all of it committed. */
    boolean healed() {
        return !partitions.isEmpty() && partitions().stream().allMatch(this::healed);
    }

    private boolean healed(TopicPartition id) {
        Optional<SimBroker> leader = leader(id);
        if (leader.isEmpty()) {
            return false;
        }
        PartitionRegistration record = record(id).orElseThrow();
        if (record.isr().size() < record.replicas().size()
                || record.reassignment().isUnderWay()) {
            return false;
        }
        PartitionLog led = PartitionProbe.log(leader.get().find(id).orElseThrow());
        long end = led.endOffset();
        for (int holder : record.replicas()) {
            Optional<Partition> replica = node(holder).serving().flatMap(broker -> broker.find(id));
            if (replica.isEmpty()
                    || PartitionProbe.log(replica.get()).endOffset() != end
                    || PartitionProbe.log(replica.get()).logStartOffset() < led.logStartOffset()
                    || PartitionProbe.replica(replica.get()).highWatermark() != end) {
                return false;
            }
        }
        return true;
    }

    private void onCommit(MetadataImage before, Command command, Applied applied) {
        MetadataImage after = applied.image();
        if (before.topics() != after.topics()) {
            listPartitions(after);
            checks.onImage(before, after);
        }
        commandEvents.onCommit(before, command, applied);
        if (command.hasCommitGroupOffsets() || !applied.delta().groups().isEmpty()) {
            groupChecks.onCommit(before, command, applied);
        }
    }

    private void onImage(MetadataImage image) {
        nodes.values().forEach(node -> node.onImage(image));
    }

    @Override
    public String toString() {
        StringBuilder text = new StringBuilder("at " + scheduler.nowMillis() + " ms:");
        partitions()
                .forEach(id ->
                        text.append("\n  ").append(id.partition()).append(": ").append(record(id)));
        nodes.values().forEach(node -> text.append("\n  ").append(node));
        return text.toString();
    }
}
