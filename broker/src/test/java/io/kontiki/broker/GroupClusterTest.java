package io.kontiki.broker;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.grpc.ManagedChannel;
import io.grpc.netty.shaded.io.grpc.netty.NettyChannelBuilder;
import io.kontiki.proto.v1.CommitOffsetsRequest;
import io.kontiki.proto.v1.CreateTopicRequest;
import io.kontiki.proto.v1.ErrorReason;
import io.kontiki.proto.v1.FetchOffsetsRequest;
import io.kontiki.proto.v1.GroupServiceGrpc;
import io.kontiki.proto.v1.GroupServiceGrpc.GroupServiceBlockingStub;
import io.kontiki.proto.v1.OffsetToCommit;
import io.kontiki.proto.v1.TopicPartitions;
import io.kontiki.proto.v1.TopicServiceGrpc;
import io.kontiki.quorum.FreePorts;
import io.kontiki.quorum.Together;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Consumer groups of three brokers in this process, with a quorum of their own. */
class GroupClusterTest {
    private static final Duration SOON = Duration.ofSeconds(30);
    private static final String GROUP = "readers";
    private static final String TOPIC = "t";
    private static final int PARTITIONS = 6;

    @TempDir
    private Path data;

    private final Map<Integer, Broker> brokers = new TreeMap<>();
    private final Map<Integer, ManagedChannel> channels = new HashMap<>();

    @BeforeEach
    void startThree() throws InterruptedException {
        var ports = Stream.generate(FreePorts::find).distinct().limit(3).toList();
        for (int id = 0; id < 3; id++) {
            var broker = Broker.start(BrokerConfig.of(Map.of(
                    "cluster.id",
                    "groups",
                    "broker.id",
                    Integer.toString(id),
                    "listeners",
                    "GRPC://127.0.0.1:0",
                    "log.dirs",
                    data.resolve("broker-" + id).toString(),
                    "quorum.voters",
                    "0@127.0.0.1:" + ports.get(0) + ",1@127.0.0.1:" + ports.get(1) + ",2@127.0.0.1:" + ports.get(2))));
            brokers.put(id, broker);
            channels.put(
                    id,
                    NettyChannelBuilder.forAddress(
                                    broker.endpoint().host(), broker.endpoint().port())
                            .usePlaintext()
                            .build());
        }
        for (var broker : brokers.values()) {
            assertThat(broker.awaitServing(SOON)).as("serves").isTrue();
        }
        TopicServiceGrpc.newBlockingStub(channels.get(0))
                .withDeadlineAfter(20, TimeUnit.SECONDS)
                .createTopic(CreateTopicRequest.newBuilder()
                        .setName(TOPIC)
                        .setPartitions(PARTITIONS)
                        .build());
    }

    @AfterEach
    void stop() {
        channels.values().forEach(ManagedChannel::shutdownNow);
        Together.close(brokers.values());
    }

    private int coordinator() {
        return anyBroker().metadata().slots().of(GROUP).owner();
    }

    private Broker anyBroker() {
        return brokers.values().iterator().next();
    }

    private int brokerBeside(int coordinator) {
        return brokers.keySet().stream()
                .filter(id -> id != coordinator)
                .findFirst()
                .orElseThrow();
    }

    private GroupServiceBlockingStub calls(int broker) {
        return GroupServiceGrpc.newBlockingStub(channels.get(broker)).withDeadlineAfter(20, TimeUnit.SECONDS);
    }

    private ErrorReason commit(int broker, int memberEpoch, long offset) {
        return calls(broker)
                .commitOffsets(CommitOffsetsRequest.newBuilder()
                        .setGroupId(GROUP)
                        .setMemberId("m")
                        .setMemberEpoch(memberEpoch)
                        .addOffsets(OffsetToCommit.newBuilder().setTopic(TOPIC).setOffset(offset))
                        .build())
                .getResults(0)
                .getError()
                .getReason();
    }

    private long committed(int broker) {
        return calls(broker)
                .fetchOffsets(FetchOffsetsRequest.newBuilder()
                        .setGroupId(GROUP)
                        .addTopics(TopicPartitions.newBuilder().setTopic(TOPIC).addPartitions(0))
                        .build())
                .getOffsets(0)
                .getCommitted()
                .getOffset();
    }

    @Test
    void memberAndItsCommitsOutliveTheirCoordinator() {
        int first = coordinator();
        var member = new GroupMemberCalls(GROUP, TOPIC);
        member.join(channels.get(brokerBeside(first)));
        await().atMost(SOON).until(() -> member.partitions() == PARTITIONS);
        assertThat(commit(brokerBeside(first), member.epoch(), 41)).isEqualTo(ErrorReason.ERROR_REASON_UNSPECIFIED);
        assertThat(committed(first)).isEqualTo(41);

        brokers.remove(first).close();

        await().atMost(SOON).until(() -> !member.end().isEmpty());
        assertThat(member.end()).contains("NOT_COORDINATOR");
        await().atMost(SOON).until(() -> coordinator() != first && coordinator() >= 0);
        int relay = brokerBeside(coordinator());
        member.join(channels.get(relay));
        await().atMost(SOON).until(member::isJoined);
        assertThat(member.partitions()).isEqualTo(PARTITIONS);
        assertThat(committed(relay)).isEqualTo(41);
        assertThat(commit(relay, member.epoch(), 42)).isEqualTo(ErrorReason.ERROR_REASON_UNSPECIFIED);
        assertThat(committed(coordinator())).isEqualTo(42);
    }

    /** Long before the time-outs of a broker that just vanishes. */
    @Test
    void brokerThatStopsSendsTheMembersOfItsStreamsAway() {
        int first = coordinator();
        var direct = new GroupMemberCalls(GROUP, TOPIC);
        direct.join(channels.get(first));
        await().atMost(SOON).until(() -> direct.partitions() == PARTITIONS);
        direct.heartbeat();

        brokers.remove(first).close();

        await().atMost(SOON).until(() -> !direct.end().isEmpty());
        assertThat(direct.end()).containsAnyOf("NOT_COORDINATOR", "SHUTTING_DOWN");
    }
}
