package io.kontiki.broker;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.google.protobuf.ByteString;
import io.grpc.ManagedChannel;
import io.grpc.netty.shaded.io.grpc.netty.NettyChannelBuilder;
import io.kontiki.proto.v1.CreateTopicRequest;
import io.kontiki.proto.v1.DescribeTopicRequest;
import io.kontiki.proto.v1.Partition;
import io.kontiki.proto.v1.PublishRecord;
import io.kontiki.proto.v1.PublishRequest;
import io.kontiki.proto.v1.PublishResponse;
import io.kontiki.proto.v1.PublishServiceGrpc;
import io.kontiki.proto.v1.PublishedRecord;
import io.kontiki.proto.v1.Topic;
import io.kontiki.proto.v1.TopicServiceGrpc;
import io.kontiki.quorum.FreePorts;
import io.kontiki.quorum.Together;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ClusterTest {
    private static final Duration SOON = Duration.ofSeconds(30);

    @TempDir
    private Path data;

    private final Map<Integer, Broker> brokers = new TreeMap<>();
    private final Map<String, String> settings = new HashMap<>();

    @AfterEach
    void stop() {
        Together.close(brokers.values());
    }

    private void startThree() throws IOException, InterruptedException {
        var ports = Stream.generate(FreePorts::find).distinct().limit(3).toList();
        settings.put("cluster.id", "three");
        settings.put("listeners", "GRPC://127.0.0.1:0");
        settings.put(
                "quorum.voters",
                "0@127.0.0.1:" + ports.get(0) + ",1@127.0.0.1:" + ports.get(1) + ",2@127.0.0.1:" + ports.get(2));
        for (int id = 0; id < 3; id++) {
            start(id);
        }
        for (var broker : brokers.values()) {
            assertThat(broker.awaitServing(SOON)).as("serves").isTrue();
        }
    }

    private Broker start(int id) {
        var all = new HashMap<>(settings);
        all.put("broker.id", Integer.toString(id));
        all.put("log.dirs", data.resolve("broker-" + id).toString());
        var broker = Broker.start(BrokerConfig.of(all));
        brokers.put(id, broker);
        return broker;
    }

    @Test
    void threeBrokersAgreeAndSurviveTheEndOfTheirController() throws IOException, InterruptedException {
        startThree();
        var created = create(brokers.get(2), "before");
        assertThat(created.getPartitionsList())
                .hasSize(6)
                .allSatisfy(partition -> assertThat(partition.getIsrList()).hasSize(3));
        assertThat(created.getPartitionsList().stream()
                        .map(Partition::getLeader)
                        .collect(Collectors.toSet()))
                .containsExactlyInAnyOrder(0, 1, 2);

        int controller = controller();
        brokers.remove(controller).close();

        await().atMost(SOON).until(() -> controller() >= 0);
        var survivor = brokers.values().iterator().next();
        var after = describe(survivor, "before");
        assertThat(after.getPartitionsList())
                .allSatisfy(partition -> assertThat(partition.getLeader()).isNotEqualTo(controller));
        await().atMost(SOON)
                .ignoreExceptions()
                .until(() -> create(survivor, "after").getPartitionsCount() == 6);

        var back = start(controller);
        assertThat(back.awaitServing(SOON)).isTrue();
        assertThat(describe(back, "after").getId())
                .isEqualTo(describe(survivor, "after").getId());
    }

    /** The next one grants the stop, so the old one still learns of a later term; of an election after its end it would not. */
    @Test
    void controllerThatStopsHandsOver() throws IOException, InterruptedException {
        startThree();
        int controller = controller();
        var old = brokers.remove(controller);
        long term = old.metadata().position().term();

        old.close();

        assertThat(old.metadata().usable(controller)).as("serves").isFalse();
        assertThat(old.metadata().position().term()).as("term of the grant").isGreaterThan(term);
        int next = await().atMost(SOON).until(this::controller, id -> id >= 0);
        assertThat(create(brokers.get(next), "t").getPartitionsCount()).isEqualTo(6);
    }

    @Test
    void brokerOutsideTheQuorumFollowsIt() throws IOException, InterruptedException {
        startThree();
        var servers = brokers.values().stream()
                .map(broker -> broker.endpoint().toString())
                .collect(Collectors.joining(","));
        var fourth = Broker.start(BrokerConfig.of(Map.of(
                "cluster.id", "three",
                "broker.id", "9",
                "listeners", "GRPC://127.0.0.1:0",
                "log.dirs", data.resolve("broker-9").toString(),
                "metadata.bootstrap.servers", servers)));
        brokers.put(9, fourth);
        assertThat(fourth.awaitServing(SOON)).isTrue();

        var created = create(fourth, "t");

        assertThat(describe(brokers.get(0), "t").getId()).isEqualTo(created.getId());
    }

    /** As while message.max.bytes is changed broker by broker. */
    @Test
    void batchThatIsLargerThanAFollowerTakesOfClientsIsReplicated() throws InterruptedException {
        settings.put("cluster.id", "two");
        settings.put("listeners", "GRPC://127.0.0.1:0");
        var large = startWith("0", Map.of("message.max.bytes", "6MiB"));
        startWith("1", Map.of("metadata.bootstrap.servers", large.endpoint().toString()));
        int led = call(
                        large,
                        channel -> TopicServiceGrpc.newBlockingStub(channel)
                                .createTopic(CreateTopicRequest.newBuilder()
                                        .setName("large")
                                        .setPartitions(2)
                                        .setReplicationFactor(2)
                                        .putConfigs("max.message.bytes", "6000000")
                                        .putConfigs("min.insync.replicas", "2")
                                        .build())
                                .getTopic())
                .getPartitionsList()
                .stream()
                .filter(partition -> partition.getLeader() == 0)
                .findFirst()
                .orElseThrow()
                .getPartition();

        var stored = call(
                large,
                channel -> PublishServiceGrpc.newBlockingStub(channel)
                        .withDeadlineAfter(20, TimeUnit.SECONDS)
                        .publish(PublishRequest.newBuilder()
                                .setTopic("large")
                                .addRecords(PublishRecord.newBuilder()
                                        .setPartition(led)
                                        .setValue(ByteString.copyFrom(new byte[5_000_000])))
                                .build()));

        assertThat(stored.getRecordsCount()).isEqualTo(1);
    }

    @Test
    void publishReachesEveryPartitionThroughAnyBroker() throws IOException, InterruptedException {
        startThree();
        create(brokers.get(0), "t");
        for (var broker : brokers.values()) {
            var request = PublishRequest.newBuilder().setTopic("t");
            for (int partition = 0; partition < 6; partition++) {
                request.addRecords(PublishRecord.newBuilder()
                        .setPartition(partition)
                        .setValue(ByteString.copyFromUtf8("via " + broker.endpoint())));
            }
            // A broker that has not heard of the topic yet says so.
            await().ignoreExceptionsMatching(e -> e.getMessage().contains("there is no topic"))
                    .untilAsserted(
                            () -> assertThat(publish(broker, request.build()).getRecordsList())
                                    .extracting(PublishedRecord::getPartition)
                                    .containsExactly(0, 1, 2, 3, 4, 5));
        }
    }

    private static PublishResponse publish(Broker broker, PublishRequest request) {
        return call(
                broker,
                channel -> PublishServiceGrpc.newBlockingStub(channel)
                        .withDeadlineAfter(20, TimeUnit.SECONDS)
                        .publish(request));
    }

    private Broker startWith(String id, Map<String, String> more) throws InterruptedException {
        var all = new HashMap<>(settings);
        all.putAll(more);
        all.put("broker.id", id);
        all.put("log.dirs", data.resolve("broker-" + id).toString());
        var broker = Broker.start(BrokerConfig.of(all));
        brokers.put(Integer.parseInt(id), broker);
        assertThat(broker.awaitServing(SOON)).as("serves").isTrue();
        return broker;
    }

    @Test
    void brokerOfAnotherClusterIsTurnedAway() throws IOException, InterruptedException {
        startThree();
        var servers = brokers.values().stream()
                .map(broker -> broker.endpoint().toString())
                .collect(Collectors.joining(","));
        var outsider = new HashMap<>(Map.of(
                "cluster.id", "wrong",
                "broker.id", "9",
                "listeners", "GRPC://127.0.0.1:0",
                "log.dirs", data.resolve("broker-9").toString(),
                "metadata.bootstrap.servers", servers));

        try (var stranger = Broker.start(BrokerConfig.of(outsider))) {
            assertThat(stranger.awaitTermination()).isEqualTo(Broker.FAILED);
        }
        assertThat(describe(brokers.get(0), create(brokers.get(0), "t").getName())
                        .getPartitionsCount())
                .isEqualTo(6);
    }

    private int controller() {
        return brokers.entrySet().stream()
                .filter(entry -> entry.getValue().isController())
                .map(Map.Entry::getKey)
                .findFirst()
                .orElse(-1);
    }

    private static Topic create(Broker broker, String name) {
        return call(
                broker,
                channel -> TopicServiceGrpc.newBlockingStub(channel)
                        .withDeadlineAfter(20, TimeUnit.SECONDS)
                        .createTopic(CreateTopicRequest.newBuilder()
                                .setName(name)
                                .setPartitions(6)
                                .build())
                        .getTopic());
    }

    private static Topic describe(Broker broker, String name) {
        return call(
                broker,
                channel -> TopicServiceGrpc.newBlockingStub(channel)
                        .withDeadlineAfter(20, TimeUnit.SECONDS)
                        .describeTopic(
                                DescribeTopicRequest.newBuilder().setName(name).build())
                        .getTopic());
    }

    private static <A> A call(Broker broker, Function<ManagedChannel, A> call) {
        var channel = NettyChannelBuilder.forAddress(
                        broker.endpoint().host(), broker.endpoint().port())
                .usePlaintext()
                .build();
        try {
            return call.apply(channel);
        } finally {
            channel.shutdownNow();
        }
    }
}
