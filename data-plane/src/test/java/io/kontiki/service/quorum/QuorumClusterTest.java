package io.kontiki.service.quorum;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.kontiki.metadata.BrokerRegistration;
import io.kontiki.metadata.Endpoint;
import io.kontiki.metadata.ImageCodec;
import io.kontiki.metadata.PartitionRegistration;
import io.kontiki.metadata.TopicPartition;
import io.kontiki.metadata.UuidBytes;
import io.kontiki.proto.internal.v1.FailReplicas;
import io.kontiki.proto.internal.v1.FailReplicas.FailedReplica;
import io.kontiki.proto.internal.v1.PartitionRef;
import io.kontiki.proto.internal.v1.PartitionReply;
import io.kontiki.proto.internal.v1.PartitionVersion;
import io.kontiki.proto.internal.v1.ProposeRequest;
import io.kontiki.proto.internal.v1.ProposeResponse;
import io.kontiki.proto.internal.v1.ReplicaReport;
import io.kontiki.proto.v1.ElectLeadersRequest;
import io.kontiki.proto.v1.ErrorReason;
import io.kontiki.proto.v1.PartitionName;
import io.kontiki.quorum.FreePorts;
import io.kontiki.quorum.Together;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Three voters and their control planes on loopback. */
class QuorumClusterTest {
    @TempDir
    Path directory;

    private final List<QuorumNode> nodes = new ArrayList<>();
    private final Map<Integer, Endpoint> voters = new TreeMap<>();

    @BeforeEach
    void start() {
        for (int id = 1; id <= 3; id++) {
            voters.put(id, new Endpoint("127.0.0.1", FreePorts.find()));
        }
        for (int id = 1; id <= 3; id++) {
            var endpoint = new Endpoint("127.0.0.1", FreePorts.find());
            nodes.add(QuorumNode.voter(id, endpoint, voters, directory).start());
        }
        await().until(() -> nodes.stream().allMatch(node -> usable(node) == 3));
    }

    @AfterEach
    void stop() {
        Together.close(nodes);
        nodes.forEach(node -> assertThat(node.faults).isEmpty());
    }

    @Test
    void topicIsCreatedThroughABrokerThatIsNotTheController() {
        var follower =
                nodes.stream().filter(node -> !node.isController()).findFirst().orElseThrow();

        var response = follower.createTopic("orders", 3, 3)
                .orTimeout(10, TimeUnit.SECONDS)
                .join();

        assertThat(response.getReply().getReason()).isEqualTo(ErrorReason.ERROR_REASON_UNSPECIFIED);
        for (var node : nodes) {
            node.metadata
                    .awaitIndex(response.getIndex())
                    .orTimeout(10, TimeUnit.SECONDS)
                    .join();
            assertThat(node.metadata.current().topic("orders").orElseThrow().partitions())
                    .hasSize(3);
        }
        assertThat(ImageCodec.encode(nodes.get(0).metadata.current()))
                .isEqualTo(ImageCodec.encode(nodes.get(1).metadata.current()));
        assertThat(nodes).allSatisfy(node -> assertThat(node.events).containsExactly("unfenced"));
        assertThat(nodes)
                .allSatisfy(node -> assertThat(node.session.lease().holds(System.nanoTime()))
                        .isTrue());
    }

    @Test
    void fullestReplicaIsFoundByHeartbeatsAndElected() { // M9
        nodes.get(0).createTopic("lost", 1, 3).orTimeout(10, TimeUnit.SECONDS).join();
        await().until(() -> nodes.get(0).metadata.current().topic("lost").isPresent());
        var topic = nodes.get(0).metadata.current().topic("lost").orElseThrow();
        var partition = PartitionRef.newBuilder()
                .setTopicId(UuidBytes.toBytes(topic.id()))
                .build();
        for (var node : nodes) {
            node.held = wanted -> CompletableFuture.completedFuture(wanted.stream()
                    .map(ref -> ReplicaReport.newBuilder()
                            .setPartition(ref)
                            .setLeaderEpoch(1_000)
                            .setLastEpoch(0)
                            .setEndOffset(100L * node.id)
                            .setHighWatermark(350)
                            .build())
                    .toList());
            assertThat(replicaFailed(node, partition).getReason()).isEqualTo(ErrorReason.ERROR_REASON_UNSPECIFIED);
        }
        var elect = ProposeRequest.newBuilder()
                .setElectLeaders(ElectLeadersRequest.newBuilder()
                        .addPartitions(PartitionName.newBuilder().setTopic("lost"))
                        .setElection(ElectLeadersRequest.Election.ELECTION_UNCLEAN));

        var first = propose(nodes.get(0), elect).getElected().getPartitions(0);
        assertThat(first.getError().getReason()).isEqualTo(ErrorReason.ERROR_REASON_CONCURRENT_CHANGE);
        var elected = await().until(
                        () -> propose(nodes.get(0), elect).getElected().getPartitions(0), leader -> !leader.hasError());

        assertThat(elected.getLeader()).isEqualTo(3);
        assertThat(elected.getHeldCount()).isEqualTo(3);
        assertThat(elected.getLostFromOffset()).isEqualTo(300);
        assertThat(elected.getLostToOffset()).isEqualTo(350);
    }

    /** Asked again until the quorum was asked on the version that it has. */
    private static PartitionReply replicaFailed(QuorumNode node, PartitionRef partition) {
        var id = new TopicPartition(UuidBytes.fromBytes(partition.getTopicId()), partition.getPartition());
        return await().until(
                        () -> {
                            var version = node.metadata
                                    .current()
                                    .partition(id)
                                    .map(PartitionRegistration::partitionEpoch)
                                    .orElse(0);
                            var failed = ProposeRequest.newBuilder()
                                    .setFailReplicas(FailReplicas.newBuilder()
                                            .setBrokerId(node.id)
                                            .setBrokerEpoch(node.session.brokerEpoch())
                                            .addReplicas(FailedReplica.newBuilder()
                                                    .setVersion(PartitionVersion.newBuilder()
                                                            .setPartition(partition)
                                                            .setPartitionEpoch(version))));
                            return propose(node, failed)
                                    .getReply()
                                    .getPartitions()
                                    .getPartitions(0);
                        },
                        reply -> reply.getReason() != ErrorReason.ERROR_REASON_CONCURRENT_CHANGE);
    }

    private static ProposeResponse propose(QuorumNode node, ProposeRequest.Builder request) {
        return node.client
                .propose(request.build())
                .orTimeout(10, TimeUnit.SECONDS)
                .join();
    }

    @Test
    void deadBrokerIsFencedAtOnceByARefusedDial() {
        nodes.get(0).createTopic("orders", 6, 3).orTimeout(10, TimeUnit.SECONDS).join();
        var dead =
                nodes.stream().filter(node -> !node.isController()).findFirst().orElseThrow();
        var witness =
                nodes.stream().filter(QuorumNode::isController).findFirst().orElseThrow();
        var begin = System.nanoTime();

        var closing = CompletableFuture.runAsync(dead::close);

        await().pollInterval(Duration.ofMillis(1)).until(() -> fenced(witness, dead.id));
        var millis = millisSince(begin);
        System.out.println("dead broker fenced after " + millis + " ms");
        closing.join();
        assertThat(millis).isLessThan(QuorumNode.SESSION_MILLIS - 1_000);
        assertThat(witness.metadata.current().topic("orders").orElseThrow().partitions())
                .allSatisfy(partition ->
                        assertThat(partition.leader()).isNotEqualTo(dead.id).isPositive());
    }

    @Test
    void deadControllerIsReplacedAndFenced() {
        nodes.get(0).createTopic("orders", 6, 3).orTimeout(10, TimeUnit.SECONDS).join();
        var dead = nodes.stream().filter(QuorumNode::isController).findFirst().orElseThrow();
        var alive = nodes.stream().filter(node -> node != dead).toList();
        var begin = System.nanoTime();

        var closing = CompletableFuture.runAsync(dead::close);

        for (var node : alive) {
            await().pollInterval(Duration.ofMillis(1)).until(() -> fenced(node, dead.id));
        }
        var millis = millisSince(begin);
        System.out.println("dead controller fenced after " + millis + " ms");
        closing.join();
        assertThat(millis).isLessThan(QuorumNode.SESSION_MILLIS - 500);
        assertThat(alive).anyMatch(QuorumNode::isController);
        var response = alive.get(0)
                .createTopic("more", 1, 2)
                .orTimeout(10, TimeUnit.SECONDS)
                .join();
        assertThat(response.getReply().getReason()).isEqualTo(ErrorReason.ERROR_REASON_UNSPECIFIED);
        assertThat(alive).allSatisfy(node -> assertThat(node.events).containsExactly("unfenced"));
    }

    @Test
    void brokerOutsideTheQuorumFollowsTheImageFromVoterToVoter() {
        var servers = nodes.stream().map(node -> node.endpoint).toList();
        var other = QuorumNode.other(4, servers, directory).start();
        nodes.add(other);
        await().until(() -> usable(other) == 4 && other.events.contains("unfenced"));
        assertThat(other.watcher.stale()).isFalse();

        // The first of its servers, which it follows.
        nodes.get(0).close();
        var response = other.createTopic("orders", 2, 3)
                .orTimeout(10, TimeUnit.SECONDS)
                .join();

        assertThat(response.getReply().getReason()).isEqualTo(ErrorReason.ERROR_REASON_UNSPECIFIED);
        other.metadata
                .awaitIndex(response.getIndex())
                .orTimeout(10, TimeUnit.SECONDS)
                .join();
        await().untilAsserted(() -> assertThat(ImageCodec.encode(other.metadata.current()))
                .isEqualTo(ImageCodec.encode(nodes.get(1).metadata.current())));
        assertThat(other.events).containsExactly("unfenced");
    }

    @Test
    void brokerThatLeavesIsLedOut() {
        nodes.get(0).createTopic("orders", 6, 3).orTimeout(10, TimeUnit.SECONDS).join();
        var leaving =
                nodes.stream().filter(node -> !node.isController()).findFirst().orElseThrow();

        leaving.session.shutDown().orTimeout(10, TimeUnit.SECONDS).join();

        assertThat(leaving.metadata.current().topic("orders").orElseThrow().partitions())
                .allSatisfy(partition -> assertThat(partition.isr()).doesNotContain(leaving.id));
    }

    @Test
    void runThatIsReplacedByAnotherStops() {
        var old =
                nodes.stream().filter(node -> !node.isController()).findFirst().orElseThrow();
        // Another process of the same broker; its endpoint tells the two apart.
        var servers = nodes.stream().map(node -> node.endpoint).toList();
        var twin = QuorumNode.other(old.id, servers, directory.resolve("twin")).start();
        nodes.add(twin);

        await().until(() -> old.events.contains("rejected ERROR_REASON_STALE_BROKER_EPOCH"));

        await().until(() -> twin.events.contains("unfenced"));
        assertThat(old.session.lease().holds(System.nanoTime())).isFalse();
        assertThat(old.session.fenced()).isTrue();
    }

    private static long usable(QuorumNode node) {
        return node.metadata.current().brokers().values().stream()
                .filter(BrokerRegistration::usable)
                .count();
    }

    private static boolean fenced(QuorumNode witness, int brokerId) {
        return witness.sees(brokerId).orElseThrow().fenced();
    }

    private static long millisSince(long nanos) {
        return (System.nanoTime() - nanos) / 1_000_000;
    }
}
