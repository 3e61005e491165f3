package io.kontiki.simulation;

import io.kontiki.metadata.FlushMode;
import io.kontiki.metadata.MetadataImage;
import io.kontiki.metadata.PartitionRegistration;
import io.kontiki.metadata.TopicPartition;
import io.kontiki.metadata.UuidBytes;
import io.kontiki.proto.internal.v1.Command;
import io.kontiki.proto.internal.v1.CreateTopic;
import io.kontiki.proto.internal.v1.InitializeCluster;
import io.kontiki.proto.internal.v1.Replicas;
import io.kontiki.replication.IsolatedLeader;
import io.kontiki.replication.ReplicaOptions;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.UUID;

/** The nodes, what joins them, and the checks that watch them. */
final class Cluster {
    /** Small windows and a short lag limit, so that their limits are met often. */
    private static final ReplicaOptions REPLICA_OPTIONS = new ReplicaOptions(
            1_500 * Scheduler.MILLI,
            50 * Scheduler.MILLI,
            1_000 * Scheduler.MILLI,
            10 * ModelBatch.BYTES,
            4 * ModelBatch.BYTES,
            1_000,
            IsolatedLeader.SERVE);

    private final Scheduler scheduler;
    private final SimulationOptions options;
    private final Network network;
    private final Map<Integer, SimNode> nodes = new TreeMap<>();
    private final TopicPartition partition;
    private final Quorum quorum;
    private final Checks checks;
    private double corruption;

    Cluster(long seed, SimulationOptions options) {
        this.scheduler = new Scheduler(seed);
        this.options = options;
        this.network = new Network(scheduler);
        this.partition = new TopicPartition(drawUuid(), 0);
        for (int id = 1; id <= options.nodes(); id++) {
            nodes.put(id, new SimNode(this, id));
        }
        this.checks = new Checks(this);
        this.quorum = new Quorum(scheduler, partition, checks::onRecord);
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

    ReplicaOptions replicaOptions() {
        return REPLICA_OPTIONS;
    }

    Network network() {
        return network;
    }

    Quorum quorum() {
        return quorum;
    }

    Checks checks() {
        return checks;
    }

    TopicPartition partition() {
        return partition;
    }

    SimNode node(int id) {
        return nodes.get(id);
    }

    Iterable<SimNode> nodes() {
        return nodes.values();
    }

    boolean durable() {
        return options.flushMode() == FlushMode.ACK;
    }

    UUID drawUuid() {
        return new UUID(scheduler.random().nextLong(), scheduler.random().nextLong());
    }

    void setCorruption(double probability) {
        corruption = probability;
    }

    boolean corrupts() {
        return scheduler.chance(corruption);
    }

    /** All brokers hold a replica; the first in the list is elected first. */
    void createTopic() {
        Replicas.Builder replicas = Replicas.newBuilder().addAllBrokerIds(nodes.keySet());
        quorum.submit(Command.newBuilder()
                .setCreateTopic(CreateTopic.newBuilder()
                        .setTopicId(UuidBytes.toBytes(partition.topicId()))
                        .setName("simulated")
                        .addPartitions(replicas)
                        .putConfigs("min.insync.replicas", Integer.toString(options.minIsr()))
                        .putConfigs("flush.mode", durable() ? "ack" : "os"))
                .build());
    }

    Optional<PartitionRegistration> record() {
        return quorum.partitionRecord();
    }

    /** The broker that leads as the quorum knows it, if it knows that itself. */
    Optional<SimBroker> leader() {
        return record().filter(PartitionRegistration::hasLeader)
                .flatMap(record -> node(record.leader())
                        .serving()
                        .filter(broker -> broker.leads() && broker.replica().leaderEpoch() == record.leaderEpoch()));
    }

    /** Whether everybody runs, is in sync and holds the same log, all of it committed. */
    boolean healed() {
        Optional<SimBroker> leader = leader();
        if (leader.isEmpty() || record().orElseThrow().isr().size() < nodes.size()) {
            return false;
        }
        long end = leader.get().log().endOffset();
        for (SimNode node : nodes.values()) {
            if (node.serving().isEmpty()
                    || node.log().endOffset() != end
                    || node.serving().get().replica().highWatermark() != end) {
                return false;
            }
        }
        return true;
    }

    private void onImage(MetadataImage image) {
        nodes.values().forEach(node -> node.onImage(image));
    }

    @Override
    public String toString() {
        StringBuilder text = new StringBuilder("at " + scheduler.nowMillis() + " ms: " + record());
        nodes.values().forEach(node -> text.append("\n  ").append(node));
        return text.toString();
    }
}
