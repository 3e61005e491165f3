package io.kontiki.service.quorum;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import io.grpc.ManagedChannel;
import io.grpc.Server;
import io.grpc.Status;
import io.grpc.netty.shaded.io.grpc.netty.NettyChannelBuilder;
import io.grpc.netty.shaded.io.grpc.netty.NettyServerBuilder;
import io.grpc.stub.StreamObserver;
import io.kontiki.controller.Controller;
import io.kontiki.controller.ControllerConfig;
import io.kontiki.controller.Now;
import io.kontiki.controller.Prepared;
import io.kontiki.metadata.Endpoint;
import io.kontiki.metadata.LocalMetadata;
import io.kontiki.metadata.MetadataImage;
import io.kontiki.metadata.UuidBytes;
import io.kontiki.metadata.command.MetadataState;
import io.kontiki.proto.internal.v1.Command;
import io.kontiki.proto.internal.v1.CommandReply;
import io.kontiki.proto.internal.v1.InitializeCluster;
import io.kontiki.proto.internal.v1.ProposeRequest;
import io.kontiki.proto.internal.v1.ProposeResponse;
import io.kontiki.proto.internal.v1.QuorumServiceGrpc;
import io.kontiki.proto.internal.v1.RegisterBroker;
import io.kontiki.proto.internal.v1.UnfenceBroker;
import io.kontiki.proto.v1.AddPartitionsRequest;
import io.kontiki.proto.v1.CreateTopicRequest;
import io.kontiki.proto.v1.DeleteTopicRequest;
import io.kontiki.proto.v1.ErrorReason;
import io.kontiki.quorum.BrokerProbe;
import io.kontiki.quorum.ControllerHost;
import io.kontiki.quorum.ratis.QuorumConfig;
import io.kontiki.quorum.ratis.RatisMetadataLog;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A change whose answer is lost is asked for again, and is made once (rules M5, Q2). */
class RepeatedChangeTest {
    private static final String CLUSTER_ID = "test-cluster";
    private static final long TERM = 1;

    @TempDir
    private Path directory;

    private final ScheduledExecutorService scheduler = Executors.newSingleThreadScheduledExecutor();
    private MetadataImage image = MetadataImage.EMPTY;
    private long index;
    private Controller controller;
    private Runnable whenAnswerIsLost;
    private Server server;
    private ManagedChannel channel;

    /** The product's controller and metadata, without a log; the answer to a proposal may be lost. */
    private final class OneController extends QuorumServiceGrpc.QuorumServiceImplBase {
        @Override
        public void propose(ProposeRequest request, StreamObserver<ProposeResponse> out) {
            var answer = change(request);
            var lost = whenAnswerIsLost;
            whenAnswerIsLost = null;
            if (lost != null) {
                lost.run();
                out.onError(Status.UNAVAILABLE.asRuntimeException());
            } else {
                out.onNext(answer);
                out.onCompleted();
            }
        }
    }

    private ProposeResponse change(ProposeRequest request) {
        var prepared = controller.prepare(request, image, now());
        if (prepared instanceof Prepared.Refuse refuse) {
            return ProposeResponse.newBuilder().setReply(refuse.reply()).build();
        }
        if (prepared instanceof Prepared.Answered answered) {
            return answered.response();
        }
        var submit = (Prepared.Submit) prepared;
        var applied = MetadataState.apply(image, submit.command(), TERM, ++index);
        image = applied.image();
        return submit.answer().of(applied.reply(), image).setIndex(index).build();
    }

    private void apply(Command.Builder command) {
        image = MetadataState.apply(image, command.build(), TERM, ++index).image();
    }

    private static Now now() {
        return new Now(System.currentTimeMillis(), System.nanoTime());
    }

    @BeforeEach
    void start() throws IOException {
        apply(Command.newBuilder()
                .setInitializeCluster(
                        InitializeCluster.newBuilder().setClusterId(CLUSTER_ID).setFeatureLevel(1)));
        for (int id = 1; id <= 3; id++) {
            apply(Command.newBuilder()
                    .setRegisterBroker(RegisterBroker.newBuilder()
                            .setClusterId(CLUSTER_ID)
                            .setBrokerId(id)
                            .setHost("host")
                            .setPort(1)
                            .setIncarnation(UuidBytes.toBytes(new UUID(3, id)))
                            .addDirectoryIds(UuidBytes.toBytes(new UUID(7, id)))));
            apply(Command.newBuilder()
                    .setUnfenceBroker(UnfenceBroker.newBuilder()
                            .setBrokerId(id)
                            .setBrokerEpoch(index)
                            .setAssumedIndex(index)));
        }
        controller = new Controller(ControllerConfig.defaults(CLUSTER_ID), TERM, image, new SplittableRandom(1), now());
        server = NettyServerBuilder.forAddress(new InetSocketAddress("127.0.0.1", 0))
                .addService(new OneController())
                .build()
                .start();
        channel = NettyChannelBuilder.forAddress("127.0.0.1", server.getPort())
                .usePlaintext()
                .build();
    }

    @AfterEach
    void stop() {
        channel.shutdownNow();
        server.shutdownNow();
        scheduler.shutdownNow();
    }

    /** Of a broker without a vote. */
    private QuorumClient client() {
        var metadata = new LocalMetadata(fault -> {});
        var log = new RatisMetadataLog(
                QuorumConfig.founder(9, Map.of(9, new Endpoint("127.0.0.1", 1)), directory, CLUSTER_ID),
                metadata,
                () -> new Endpoint("127.0.0.1", 1),
                (message, e) -> {});
        var view = new QuorumView(log, log, metadata, List.of(new Endpoint("127.0.0.1", server.getPort())));
        var host = new ControllerHost(
                log,
                metadata,
                ControllerConfig.defaults(CLUSTER_ID),
                endpoint -> CompletableFuture.completedFuture(BrokerProbe.Finding.UNKNOWN),
                RepeatedChangeTest::now,
                new SplittableRandom(),
                (message, e) -> {});
        return new QuorumClient(9, CLUSTER_ID, host, view, endpoint -> channel, scheduler);
    }

    private static ProposeRequest.Builder create(String name, int partitions) {
        return ProposeRequest.newBuilder()
                .setClusterId(CLUSTER_ID)
                .setCreateTopic(CreateTopicRequest.newBuilder()
                        .setName(name)
                        .setPartitions(partitions)
                        .setReplicationFactor(3));
    }

    private static ProposeRequest.Builder delete(String name) {
        return ProposeRequest.newBuilder()
                .setClusterId(CLUSTER_ID)
                .setDeleteTopic(DeleteTopicRequest.newBuilder().setName(name));
    }

    private ProposeResponse propose(ProposeRequest.Builder request) {
        return client().propose(request.build()).orTimeout(60, TimeUnit.SECONDS).join();
    }

    private void loseTheAnswer(Runnable meanwhile) {
        whenAnswerIsLost = meanwhile;
    }

    private ByteString id(String topic) {
        return UuidBytes.toBytes(image.topic(topic).orElseThrow().id());
    }

    private static void assertDone(ProposeResponse response) {
        assertThat(response.getReply()).isEqualTo(CommandReply.getDefaultInstance());
    }

    @Test
    void creationIsNoConflictWithItself() {
        loseTheAnswer(() -> {});
        assertDone(propose(create("orders", 1)));
    }

    @Test
    void creationIsAConflictWithThatOfAnother() {
        loseTheAnswer(() -> {
            change(delete("orders").build());
            change(create("orders", 1).build());
        });
        assertThat(propose(create("orders", 1)).getReply().getReason())
                .isEqualTo(ErrorReason.ERROR_REASON_TOPIC_EXISTS);
    }

    @Test
    void deletionIsDoneIfTheTopicIsGone() {
        change(create("orders", 1).build());
        loseTheAnswer(() -> {});
        assertDone(propose(delete("orders").setTopicId(id("orders"))));
        assertThat(image.topic("orders")).isEmpty();
    }

    @Test
    void deletionDoesNotHitANewTopicOfTheName() {
        change(create("orders", 1).build());
        loseTheAnswer(() -> change(create("orders", 1).build()));
        assertDone(propose(delete("orders").setTopicId(id("orders"))));
        assertThat(image.topic("orders")).isPresent();
    }

    /** The asking broker has not heard of the topic yet, so it can't say which one it means. */
    @Test
    void deletionByNameAloneIsNotRepeated() {
        change(create("orders", 1).build());
        loseTheAnswer(() -> change(create("orders", 1).build()));
        assertThat(propose(delete("orders")).getReply().getReason())
                .isEqualTo(ErrorReason.ERROR_REASON_QUORUM_UNAVAILABLE);
        assertThat(image.topic("orders")).isPresent();
    }

    @Test
    void partitionsAreAddedOnce() {
        change(create("orders", 1).build());
        loseTheAnswer(() -> {});
        assertDone(propose(ProposeRequest.newBuilder()
                .setTopicId(id("orders"))
                .setAddPartitions(
                        AddPartitionsRequest.newBuilder().setName("orders").setPartitions(4))));
        assertThat(image.topic("orders").orElseThrow().partitions()).hasSize(4);
    }
}
