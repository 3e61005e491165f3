package io.kontiki.service.quorum;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import com.google.protobuf.ByteString;
import com.google.protobuf.InvalidProtocolBufferException;
import io.grpc.ManagedChannel;
import io.grpc.Server;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.inprocess.InProcessChannelBuilder;
import io.grpc.inprocess.InProcessServerBuilder;
import io.grpc.stub.ClientCallStreamObserver;
import io.grpc.stub.ClientResponseObserver;
import io.grpc.stub.StreamObserver;
import io.kontiki.controller.ControllerConfig;
import io.kontiki.controller.Now;
import io.kontiki.metadata.Endpoint;
import io.kontiki.metadata.GroupsDelta;
import io.kontiki.metadata.LocalMetadata;
import io.kontiki.metadata.LogPosition;
import io.kontiki.metadata.MetadataDelta;
import io.kontiki.metadata.MetadataImage;
import io.kontiki.metadata.TopicPartition;
import io.kontiki.metadata.UuidBytes;
import io.kontiki.proto.internal.v1.DeltaRecord;
import io.kontiki.proto.internal.v1.HeartbeatRequest;
import io.kontiki.proto.internal.v1.HeartbeatResponse;
import io.kontiki.proto.internal.v1.ImageRecord;
import io.kontiki.proto.internal.v1.ProposeRequest;
import io.kontiki.proto.internal.v1.QuorumServiceGrpc;
import io.kontiki.proto.internal.v1.WatchImageRequest;
import io.kontiki.proto.internal.v1.WatchImageResponse;
import io.kontiki.proto.v1.CreateTopicRequest;
import io.kontiki.proto.v1.ErrorReason;
import io.kontiki.quorum.BrokerProbe;
import io.kontiki.quorum.ControllerHost;
import io.kontiki.quorum.FreePorts;
import io.kontiki.quorum.LeadershipListener;
import io.kontiki.quorum.MembershipListener;
import io.kontiki.quorum.QuorumVoter;
import io.kontiki.quorum.ratis.QuorumConfig;
import io.kontiki.quorum.ratis.RatisMetadataLog;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.random.RandomGenerator;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A voter that never became controller, with an image that the test moves on. */
class QuorumGrpcServiceTest {
    private static final String CLUSTER_ID = "test-cluster";
    private static final int RING = 8;
    private static final long STUCK_NANOS_MAX = TimeUnit.SECONDS.toNanos(2);

    private final LocalMetadata metadata = new LocalMetadata(fault -> {
        throw fault;
    });
    private final ScheduledExecutorService feedThread = Executors.newSingleThreadScheduledExecutor();
    private MetadataImage image = MetadataImage.EMPTY;
    private RatisMetadataLog log;

    @TempDir
    private Path directory;

    private final MembershipListener membership = new MembershipListener() {
        @Override
        public void onVoting(List<QuorumVoter> voters) {}

        @Override
        public void onOutside(List<Endpoint> brokers) {}

        @Override
        public void onLeaderless(QuorumVoter member) {}

        @Override
        public void onClosed(QuorumVoter member) {}
    };
    private final LeadershipListener leadership = new LeadershipListener() {
        @Override
        public void onLeading(long term) {}

        @Override
        public void onLeadershipLost() {}

        @Override
        public void onLeaderKnown(int leaderId) {}
    };
    private ImageFeed feed;
    private Server server;
    private ManagedChannel channel;

    @BeforeEach
    void start() throws IOException {
        var voters = Map.of(1, new Endpoint("127.0.0.1", FreePorts.find()));
        // Of its own image nothing is told.
        log = new RatisMetadataLog(
                QuorumConfig.founder(1, voters, directory, CLUSTER_ID),
                new LocalMetadata(fault -> {}),
                () -> new Endpoint("127.0.0.1", 1),
                (message, e) -> {});
        log.listen(membership);
        log.start(leadership);
        await().until(() -> log.status().leading());
        var view = new QuorumView(log, log, metadata, List.of());
        var host = new ControllerHost(
                log,
                metadata,
                ControllerConfig.defaults(CLUSTER_ID),
                endpoint -> CompletableFuture.completedFuture(BrokerProbe.Finding.UNKNOWN),
                () -> new Now(0, 0),
                RandomGenerator.getDefault(),
                (message, e) -> {});
        feed = new ImageFeed(metadata, view, feedThread, RING, STUCK_NANOS_MAX);
        server = InProcessServerBuilder.forName("quorum")
                .addService(new QuorumGrpcService(CLUSTER_ID, view, host, feed))
                .build()
                .start();
        channel = InProcessChannelBuilder.forName("quorum").build();
    }

    @AfterEach
    void stop() {
        channel.shutdownNow();
        server.shutdownNow();
        feed.close();
        feedThread.shutdown();
        log.close();
    }

    @Test
    void newReaderGetsTheWholeImageThenEachChange() {
        moveTo(3);
        var reader = watch(LogPosition.NONE, 100);
        await().until(() -> reader.cases().contains(WatchImageResponse.UpdateCase.HEARTBEAT));

        moveTo(5);

        await().until(() -> reader.isAt(5));
        assertThat(reader.updates()).containsExactly("image 3", "change 4", "change 5");
    }

    @Test
    void readerCloseBehindGetsOnlyWhatItMissed() {
        moveTo(5);

        var reader = watch(new LogPosition(1, 3), 100);

        await().until(() -> reader.isAt(5));
        assertThat(reader.updates()).containsExactly("change 4", "change 5");
    }

    @Test
    void readerOfAnotherHistoryGetsTheWholeImage() {
        moveTo(5);

        var reader = watch(new LogPosition(9, 3), 100);

        await().until(() -> reader.isAt(5));
        assertThat(reader.updates()).containsExactly("image 5");
    }

    @Test
    void slowReaderIsSentOneImageForAllThatItMissed() {
        moveTo(1);
        // Room for the voters, who come first, and for one image.
        var reader = watch(LogPosition.NONE, 2);
        await().until(() -> reader.isAt(1));

        moveTo(1_000);
        // The feed has seen all of it before the reader has room again.
        CompletableFuture.runAsync(() -> {}, feedThread).join();
        reader.call.request(100);

        await().until(() -> reader.isAt(1_000));
        assertThat(reader.updates()).hasSizeLessThan(RING).last().isEqualTo("image 1000");
    }

    @Test
    void changesOfManyOffsetsAreNotKeptForReadersThatAreBehind() {
        moveTo(1);
        for (int index = 2; index <= 3; index++) {
            var groups = new GroupsDelta.Builder();
            for (int i = 0; i < ImageFeed.OFFSETS_MAX - 1; i++) {
                groups.offsetChanged("g", new TopicPartition(new UUID(1, 1), i));
            }
            image = image.withPosition(new LogPosition(1, index));
            var none = MetadataDelta.EMPTY;
            metadata.publish(
                    new MetadataDelta(
                            none.changedBrokers(),
                            none.removedBrokers(),
                            none.changedTopics(),
                            none.removedTopics(),
                            none.changedConfigs(),
                            groups.build(false)),
                    image);
        }

        var reader = watch(new LogPosition(1, 1), 100);

        await().until(() -> reader.isAt(3));
        assertThat(reader.updates()).containsExactly("image 3");
    }

    /** It would keep its place from brokers for good. */
    @Test
    void readerThatTakesNothingIsSentAway() {
        moveTo(1);
        var stuck = watch(LogPosition.NONE, 1);
        var slow = watch(LogPosition.NONE, 1);

        await().until(() -> {
            slow.call.request(1);
            return stuck.end != null;
        });

        assertThat(stuck.end).isEqualTo(Status.Code.DEADLINE_EXCEEDED);
        assertThat(slow.end).isNull();
    }

    @Test
    void callersOfAnotherClusterAreRefused() {
        var stub = QuorumServiceGrpc.newBlockingStub(channel);
        var proposal = ProposeRequest.newBuilder().setClusterId("another").build();
        assertThat(stub.propose(proposal).getReply().getReason()).isEqualTo(ErrorReason.ERROR_REASON_WRONG_CLUSTER);

        var watched = stub.watchImage(
                WatchImageRequest.newBuilder().setClusterId("another").build());
        assertThatThrownBy(watched::hasNext)
                .isInstanceOfSatisfying(
                        StatusRuntimeException.class,
                        e -> assertThat(e.getStatus().getCode()).isEqualTo(Status.Code.FAILED_PRECONDITION))
                .hasMessageContaining("another")
                .hasMessageContaining(CLUSTER_ID);
    }

    /** So it is before the first broker is registered. */
    @Test
    void quorumIsKnownBeforeItsBrokersAre() {
        var reader = watch(LogPosition.NONE, 100);
        await().until(() -> !reader.messages.isEmpty());

        try (var broker = QuorumNode.other(9, List.of(), directory)) {
            assertThat(broker.view.heard(reader.messages.get(0).getVoters())).isTrue();
            assertThat(broker.view.quorumId()).isEqualTo(log.quorumId());
        }
    }

    /** Rule Q6: the same cluster id, and a quorum that was formed anew. */
    @Test
    void callersOfAnotherQuorumAreRefused() {
        var another = UuidBytes.toBytes(UUID.randomUUID());
        var stub = QuorumServiceGrpc.newBlockingStub(channel);
        var proposal = ProposeRequest.newBuilder()
                .setClusterId(CLUSTER_ID)
                .setQuorumId(another)
                .build();
        assertThat(stub.propose(proposal).getReply().getReason()).isEqualTo(ErrorReason.ERROR_REASON_WRONG_CLUSTER);

        var watched = stub.watchImage(WatchImageRequest.newBuilder()
                .setClusterId(CLUSTER_ID)
                .setQuorumId(another)
                .build());
        assertThatThrownBy(watched::hasNext).hasMessageContaining("formed anew");

        var answers = new CopyOnWriteArrayList<ErrorReason>();
        QuorumServiceGrpc.newStub(channel)
                .heartbeat(new StreamObserver<>() {
                    @Override
                    public void onNext(HeartbeatResponse response) {
                        answers.add(response.getReason());
                    }

                    @Override
                    public void onError(Throwable error) {}

                    @Override
                    public void onCompleted() {}
                })
                .onNext(HeartbeatRequest.newBuilder()
                        .setClusterId(CLUSTER_ID)
                        .setQuorumId(another)
                        .setBrokerId(1)
                        .build());
        await().untilAsserted(() -> assertThat(answers).containsExactly(ErrorReason.ERROR_REASON_WRONG_CLUSTER));
    }

    @Test
    void onlyTheControllerTakesProposalsAndHeartbeats() {
        var proposal = ProposeRequest.newBuilder()
                .setClusterId(CLUSTER_ID)
                .setCreateTopic(CreateTopicRequest.newBuilder().setName("orders"))
                .build();
        assertThat(QuorumServiceGrpc.newBlockingStub(channel)
                        .propose(proposal)
                        .getReply()
                        .getReason())
                .isEqualTo(ErrorReason.ERROR_REASON_NOT_LEADER);

        var answers = new CopyOnWriteArrayList<ErrorReason>();
        var completed = new CompletableFuture<Void>();
        var requests = QuorumServiceGrpc.newStub(channel).heartbeat(new StreamObserver<>() {
            @Override
            public void onNext(HeartbeatResponse response) {
                answers.add(response.getReason());
            }

            @Override
            public void onError(Throwable error) {
                completed.completeExceptionally(error);
            }

            @Override
            public void onCompleted() {
                completed.complete(null);
            }
        });
        requests.onNext(HeartbeatRequest.newBuilder()
                .setClusterId(CLUSTER_ID)
                .setBrokerId(1)
                .build());

        await().until(completed::isDone);
        assertThat(completed).isCompleted();
        assertThat(answers).containsExactly(ErrorReason.ERROR_REASON_NOT_LEADER);
    }

    private void moveTo(long index) {
        for (var next = image.position().index() + 1; next <= index; next++) {
            image = image.withNextProducerId(next).withPosition(new LogPosition(1, next));
            metadata.publish(MetadataDelta.EMPTY, image);
        }
    }

    private Reader watch(LogPosition from, int requested) {
        var reader = new Reader(requested);
        QuorumServiceGrpc.newStub(channel)
                .watchImage(
                        WatchImageRequest.newBuilder()
                                .setClusterId(CLUSTER_ID)
                                .setBrokerId(9)
                                .setLastTerm(from.term())
                                .setLastIndex(from.index())
                                .build(),
                        reader);
        return reader;
    }

    private static final class Reader implements ClientResponseObserver<WatchImageRequest, WatchImageResponse> {
        final List<WatchImageResponse> messages = new CopyOnWriteArrayList<>();
        final int requested;
        ClientCallStreamObserver<WatchImageRequest> call;
        volatile Status.Code end;

        Reader(int requested) {
            this.requested = requested;
        }

        @Override
        public void beforeStart(ClientCallStreamObserver<WatchImageRequest> requests) {
            call = requests;
            call.disableAutoRequestWithInitial(requested);
        }

        @Override
        public void onNext(WatchImageResponse message) {
            messages.add(message);
        }

        @Override
        public void onError(Throwable error) {
            end = Status.fromThrowable(error).getCode();
        }

        @Override
        public void onCompleted() {}

        List<WatchImageResponse.UpdateCase> cases() {
            return messages.stream().map(WatchImageResponse::getUpdateCase).toList();
        }

        /** What is whole: the noun and the index. */
        List<String> updates() {
            var incoming = new IncomingUpdate(1 << 20);
            return messages.stream()
                    .filter(WatchImageResponse::hasPart)
                    .flatMap(message -> incoming.add(message.getPart()).stream()
                            .map(bytes -> update(message.getPart().getImage(), bytes)))
                    .toList();
        }

        private static String update(boolean image, ByteString bytes) {
            try {
                return image
                        ? "image " + ImageRecord.parseFrom(bytes).getIndex()
                        : "change " + DeltaRecord.parseFrom(bytes).getIndex();
            } catch (InvalidProtocolBufferException e) {
                throw new AssertionError(e);
            }
        }

        boolean isAt(long index) {
            return updates().stream().anyMatch(update -> update.endsWith(" " + index));
        }
    }
}
