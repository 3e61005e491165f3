package io.kontiki.broker;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.grpc.ManagedChannel;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.health.v1.HealthCheckRequest;
import io.grpc.health.v1.HealthCheckResponse.ServingStatus;
import io.grpc.health.v1.HealthGrpc;
import io.grpc.netty.shaded.io.grpc.netty.NettyChannelBuilder;
import io.kontiki.metadata.Endpoint;
import io.kontiki.proto.v1.ClusterServiceGrpc;
import io.kontiki.proto.v1.CreateTopicRequest;
import io.kontiki.proto.v1.DeleteTopicRequest;
import io.kontiki.proto.v1.DescribeClusterRequest;
import io.kontiki.proto.v1.DescribeTopicRequest;
import io.kontiki.proto.v1.ListTopicsRequest;
import io.kontiki.proto.v1.Topic;
import io.kontiki.proto.v1.TopicServiceGrpc;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class BrokerTest {
    private static final Duration SOON = Duration.ofSeconds(20);

    @TempDir
    private Path data;

    private Broker broker;
    private ManagedChannel channel;

    @AfterEach
    void stop() {
        if (broker != null) {
            disconnect();
            broker.close();
        }
    }

    private void start(Map<String, String> settings) throws InterruptedException {
        broker = Broker.start(config(settings));
        assertThat(broker.awaitServing(SOON)).as("serves").isTrue();
        channel = NettyChannelBuilder.forAddress(
                        broker.endpoint().host(), broker.endpoint().port())
                .usePlaintext()
                .build();
    }

    private void disconnect() {
        if (channel != null) {
            channel.shutdownNow();
        }
    }

    private BrokerConfig config(Map<String, String> settings) {
        var all = new HashMap<>(Map.of("log.dirs", data.toString(), "listeners", "GRPC://127.0.0.1:0"));
        all.putAll(settings);
        return BrokerConfig.of(all);
    }

    @Test
    void singleBrokerServesWithoutAnySetting() throws InterruptedException {
        start(Map.of());

        var health = HealthGrpc.newBlockingStub(channel)
                .check(HealthCheckRequest.newBuilder().setService("readiness").build());
        var cluster = ClusterServiceGrpc.newBlockingStub(channel)
                .describeCluster(DescribeClusterRequest.getDefaultInstance());

        assertThat(health.getStatus()).isEqualTo(ServingStatus.SERVING);
        assertThat(cluster.getClusterId()).isEqualTo(broker.identity().clusterId());
        assertThat(cluster.getControllerId()).isZero();
        assertThat(cluster.getBrokers(0).getPort()).isEqualTo(broker.endpoint().port());
        assertThat(broker.isController()).isTrue();
    }

    @Test
    void topicsAreCreatedShownAndDeletedOverTheWire() throws InterruptedException {
        start(Map.of("num.partitions", "3"));
        var topics = TopicServiceGrpc.newBlockingStub(channel);

        var created = topics.createTopic(
                        CreateTopicRequest.newBuilder().setName("orders").build())
                .getTopic();
        var described = topics.describeTopic(
                        DescribeTopicRequest.newBuilder().setName("orders").build())
                .getTopic();
        topics.createTopic(CreateTopicRequest.newBuilder().setName("bills").build());
        topics.deleteTopic(DeleteTopicRequest.newBuilder().setName("orders").build());
        var left = topics.listTopics(ListTopicsRequest.getDefaultInstance()).getTopicsList();

        assertThat(created.getPartitionsList()).hasSize(3).allMatch(partition -> partition.getLeader() == 0);
        assertThat(described).isEqualTo(created);
        assertThat(left).extracting(Topic::getName).containsExactly("bills");
    }

    @Test
    void moreReplicasThanBrokersAreRefused() throws InterruptedException {
        start(Map.of());
        var topics = TopicServiceGrpc.newBlockingStub(channel);

        var refusal = catchThrowableOfType(
                StatusRuntimeException.class,
                () -> topics.createTopic(CreateTopicRequest.newBuilder()
                        .setName("t")
                        .setReplicationFactor(2)
                        .build()));

        assertThat(refusal.getStatus().getCode()).isEqualTo(Status.Code.INVALID_ARGUMENT);
        assertThat(refusal.getStatus().getDescription()).contains("2", "1");
    }

    /** As on a full disk. The next run has nothing to claim. */
    @Test
    void stopThatCannotBeNotedIsAStopAllTheSame() throws Exception {
        start(Map.of());
        Path inTheWay = data.resolve("clean.tmp").resolve("file");
        Files.createDirectories(inTheWay);
        disconnect();
        broker.close();
        assertThat(broker.awaitTermination()).isEqualTo(Broker.STOPPED);
        Files.delete(inTheWay);
        Files.delete(inTheWay.getParent());
        start(Map.of());
    }

    @Test
    void topicsSurviveARestartOnAnotherPort() throws InterruptedException {
        start(Map.of());
        var created = TopicServiceGrpc.newBlockingStub(channel)
                .createTopic(CreateTopicRequest.newBuilder().setName("t").build())
                .getTopic();
        var identity = broker.identity();
        disconnect();
        broker.close();
        assertThat(broker.awaitTermination()).isEqualTo(Broker.STOPPED);

        start(Map.of());

        // The quorum's id is noted by the first registration.
        assertThat(broker.identity())
                .usingRecursiveComparison()
                .ignoringFields("quorumId")
                .isEqualTo(identity);
        assertThat(broker.metadata().topic("t")).isPresent();
        assertThat(TopicServiceGrpc.newBlockingStub(channel)
                        .describeTopic(
                                DescribeTopicRequest.newBuilder().setName("t").build())
                        .getTopic()
                        .getId())
                .isEqualTo(created.getId());
    }

    @Test
    void orderlyStopLeavesACleanMarker() throws InterruptedException {
        start(Map.of());
        disconnect();
        broker.close();

        assertThat(data.resolve(CleanMarker.FILE)).exists();
        start(Map.of());
        assertThat(data.resolve(CleanMarker.FILE)).doesNotExist();
    }

    @Test
    void directoryInUseIsRefusedAndItsBrokerGoesOn() throws InterruptedException {
        start(Map.of());

        assertThatThrownBy(() -> Broker.start(config(Map.of())))
                .isInstanceOf(DataDirectoryException.class)
                .hasMessageContaining("in use by another broker");

        TopicServiceGrpc.newBlockingStub(channel).listTopics(ListTopicsRequest.getDefaultInstance());
    }

    @Test
    void portInUseIsRefusedAndReleasesTheDirectory(@TempDir Path other) throws InterruptedException {
        start(Map.of());
        Endpoint taken = broker.endpoint();
        var settings = Map.of("log.dirs", other.toString(), "listeners", "GRPC://" + taken);

        assertThatThrownBy(() -> Broker.start(config(settings)))
                .isInstanceOf(BrokerStartException.class)
                .hasMessageContaining("cannot listen on port " + taken.port());

        Broker.start(config(Map.of("log.dirs", other.toString()))).close();
    }

    @Test
    void directoryOfAnotherClusterIsRefused() throws InterruptedException {
        start(Map.of("cluster.id", "c1"));
        disconnect();
        broker.close();

        assertThatThrownBy(() -> Broker.start(config(Map.of("cluster.id", "c2"))))
                .isInstanceOf(DataDirectoryException.class)
                .hasMessageContaining("belongs to cluster \"c1\", but cluster.id is \"c2\"");
    }
}
