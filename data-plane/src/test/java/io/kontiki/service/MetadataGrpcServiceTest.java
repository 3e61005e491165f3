package io.kontiki.service;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.google.protobuf.ByteString;
import io.grpc.stub.ClientCallStreamObserver;
import io.grpc.stub.ClientResponseObserver;
import io.kontiki.metadata.LocalMetadata;
import io.kontiki.metadata.UuidBytes;
import io.kontiki.proto.internal.v1.AssignDirectories;
import io.kontiki.proto.internal.v1.AssignDirectory;
import io.kontiki.proto.internal.v1.Command;
import io.kontiki.proto.internal.v1.ProposeRequest;
import io.kontiki.proto.v1.AlterTopicRequest;
import io.kontiki.proto.v1.ClusterServiceGrpc;
import io.kontiki.proto.v1.CreateTopicRequest;
import io.kontiki.proto.v1.DeleteTopicRequest;
import io.kontiki.proto.v1.DescribeClusterRequest;
import io.kontiki.proto.v1.GetMetadataRequest;
import io.kontiki.proto.v1.GetServerInfoRequest;
import io.kontiki.proto.v1.MetadataServiceGrpc;
import io.kontiki.proto.v1.Topic;
import io.kontiki.proto.v1.WatchMetadataRequest;
import io.kontiki.proto.v1.WatchMetadataResponse;
import io.kontiki.replication.Lease;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.OptionalInt;
import java.util.Set;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class MetadataGrpcServiceTest {
    /** Of 60 topics or so. */
    private static final int MESSAGE_BYTES = 3_000;

    private final LocalMetadata metadata = new LocalMetadata(fault -> {
        throw fault;
    });
    private final InMemoryController controller = new InMemoryController(metadata, 3);
    private final ScheduledThreadPoolExecutor watching = new ScheduledThreadPoolExecutor(1);
    private final AtomicReference<Lease> lease = new AtomicReference<>(new Lease(System.nanoTime()));
    private final ServiceFixture fixture =
            new ServiceFixture(new MetadataGrpcService(metadata, watching, lease::get, MESSAGE_BYTES));

    @AfterEach
    void stop() {
        fixture.close();
        watching.shutdownNow();
    }

    /** A client that reads as many messages as it asks for. */
    private static final class Watch implements ClientResponseObserver<WatchMetadataRequest, WatchMetadataResponse> {
        private final BlockingQueue<WatchMetadataResponse> received = new LinkedBlockingQueue<>();
        private ClientCallStreamObserver<WatchMetadataRequest> call;

        @Override
        public void beforeStart(ClientCallStreamObserver<WatchMetadataRequest> stream) {
            call = stream;
            call.disableAutoRequestWithInitial(0);
        }

        WatchMetadataResponse next() throws InterruptedException {
            request();
            return take();
        }

        void request() {
            call.request(1);
        }

        WatchMetadataResponse take() throws InterruptedException {
            var message = received.poll(10, TimeUnit.SECONDS);
            assertThat(message).as("a message within 10 s").isNotNull();
            return message;
        }

        @Override
        public void onNext(WatchMetadataResponse message) {
            received.add(message);
        }

        @Override
        public void onError(Throwable t) {}

        @Override
        public void onCompleted() {}
    }

    private Watch watch(String... topics) {
        var watch = new Watch();
        MetadataServiceGrpc.newStub(fixture.channel())
                .watchMetadata(
                        WatchMetadataRequest.newBuilder()
                                .addAllTopics(List.of(topics))
                                .build(),
                        watch);
        return watch;
    }

    private void create(String name) {
        controller.propose(ProposeRequest.newBuilder()
                .setCreateTopic(CreateTopicRequest.newBuilder().setName(name))
                .build());
    }

    private void delete(String name) {
        controller.propose(ProposeRequest.newBuilder()
                .setDeleteTopic(DeleteTopicRequest.newBuilder().setName(name))
                .build());
    }

    @Test
    void watcherGetsFullStateThenChanges() throws InterruptedException {
        create("a");
        var watch = watch();

        var full = watch.next();
        create("b");
        var change = watch.next();
        delete("a");
        var removal = watch.next();

        assertThat(full.getFull()).isTrue();
        assertThat(full.getBrokersList()).hasSize(3);
        assertThat(names(full)).containsExactly("a");
        assertThat(change.getFull()).isFalse();
        assertThat(names(change)).containsExactly("b");
        assertThat(change.getBrokersList()).isEmpty();
        assertThat(change.getVersion()).isGreaterThan(full.getVersion());
        assertThat(removal.getRemovedTopicsList())
                .containsExactly(full.getTopics(0).getId());
    }

    @Test
    void largeStateComesInSeveralMessages() throws InterruptedException {
        for (int i = 100; i < 400; i++) {
            create("t" + i);
        }
        var watch = watch();

        var messages = new ArrayList<>(List.of(watch.next()));
        // Between two messages of the state: what was told goes, what comes later is told once.
        delete("t100");
        delete("t399");
        create("t100");
        create("u");
        var latest = metadata.current().position().index();
        while (last(messages).getMore() || last(messages).getVersion() < latest) {
            messages.add(watch.next());
        }

        assertThat(messages)
                .hasSizeGreaterThan(3)
                .allSatisfy(message -> assertThat(message.getSerializedSize()).isLessThan(2 * MESSAGE_BYTES));
        assertThat(messages).filteredOn(WatchMetadataResponse::getFull).containsExactly(messages.get(0));
        assertThat(told(messages))
                .isEqualTo(metadata.current().topics().all().stream()
                        .map(MetadataMessages::topic)
                        .collect(Collectors.toSet()));
        assertThat(last(messages).getVersion()).isEqualTo(latest);
    }

    @Test
    void versionsNeverGoBack() throws InterruptedException {
        for (int i = 100; i < 400; i++) {
            create("t" + i);
        }
        var watch = watch();
        var first = watch.next();

        // The watcher hears that the client is ready before it hears of two changes that were made by then.
        var beforeReady = hold();
        int tasks = watching.getQueue().size();
        watch.request();
        await().until(() -> watching.getQueue().size() > tasks);
        var beforeChanges = new CountDownLatch(1);
        watching.execute(() -> awaitReleased(beforeChanges));
        create("u");
        create("v");
        beforeReady.countDown();
        var second = watch.take();
        watch.request();
        beforeChanges.countDown();
        var third = watch.take();

        assertThat(Stream.of(first, second, third, watch.next()).map(WatchMetadataResponse::getVersion))
                .isSorted();
    }

    private static WatchMetadataResponse last(List<WatchMetadataResponse> messages) {
        return messages.get(messages.size() - 1);
    }

    /** Returns when the thread of the watchers stands still, until what it gives is counted down. */
    private CountDownLatch hold() throws InterruptedException {
        var standing = new CountDownLatch(1);
        var released = new CountDownLatch(1);
        watching.execute(() -> {
            standing.countDown();
            awaitReleased(released);
        });
        standing.await();
        return released;
    }

    private static void awaitReleased(CountDownLatch released) {
        try {
            released.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** As a client keeps them. */
    private static Set<Topic> told(List<WatchMetadataResponse> messages) {
        var topics = new HashMap<ByteString, Topic>();
        for (var message : messages) {
            message.getRemovedTopicsList().forEach(topics::remove);
            message.getTopicsList().forEach(topic -> topics.put(topic.getId(), topic));
        }
        return Set.copyOf(topics.values());
    }

    @Test
    void stateOfWantedTopicsComesInSeveralMessages() throws InterruptedException {
        var wanted = IntStream.range(100, 300).mapToObj(i -> "t" + i).toList();
        wanted.forEach(this::create);
        create("a");
        create("z");
        var watch = watch(wanted.toArray(String[]::new));

        var messages = new ArrayList<>(List.of(watch.next()));
        while (messages.get(messages.size() - 1).getMore()) {
            messages.add(watch.next());
        }

        assertThat(messages).hasSizeGreaterThan(2);
        assertThat(messages.stream().flatMap(message -> names(message).stream()).toList())
                .isEqualTo(wanted);
    }

    @Test
    void streamIsNotSilentWhileTheBrokerHearsFromTheController() throws InterruptedException {
        var watch = watch();
        var full = watch.next();
        lease.set(Lease.of(System.nanoTime(), TimeUnit.MINUTES.toNanos(1)));

        var beat = watch.next();

        assertThat(beat)
                .isEqualTo(WatchMetadataResponse.newBuilder()
                        .setClusterId(full.getClusterId())
                        .setVersion(full.getVersion())
                        .build());
    }

    @Test
    void watcherOfOneTopicHearsOfNoOther() throws InterruptedException {
        var watch = watch("b");

        assertThat(watch.next().getTopicsList()).isEmpty();
        create("a");
        create("b");
        var created = watch.next();
        delete("a");
        delete("b");
        var removed = watch.next();

        assertThat(names(created)).containsExactly("b");
        assertThat(removed.getRemovedTopicsList())
                .containsExactly(created.getTopics(0).getId());
    }

    @Test
    void slowWatcherCatchesUpToTheLatestState() throws InterruptedException {
        var watch = watch();
        watch.next();
        for (int i = 0; i < 2 * MetadataWatcher.CHANGES_MAX; i++) {
            create("t" + i);
        }
        int messages = 0;
        var version = 0L;
        while (version < metadata.current().position().index()) {
            var message = watch.next();
            version = message.getVersion();
            messages++;
        }

        // Steps in between were merged: one message for each would need as many as there were changes.
        assertThat(messages).isLessThan(2 * MetadataWatcher.CHANGES_MAX);
    }

    /** As the brokers that hold the topic tell it once they have made the logs. */
    private void assignDirectories(String topic) {
        var image = metadata.current();
        var present = image.topic(topic).orElseThrow();
        for (int id : present.partitions().get(0).replicas()) {
            var broker = image.broker(id).orElseThrow();
            controller.apply(Command.newBuilder()
                    .setAssignDirectories(AssignDirectories.newBuilder()
                            .setBrokerId(id)
                            .setBrokerEpoch(broker.epoch())
                            .addReplicas(AssignDirectory.newBuilder()
                                    .setTopicId(UuidBytes.toBytes(present.id()))
                                    .setDirectoryId(UuidBytes.toBytes(
                                            broker.directories().firstKey()))))
                    .build());
        }
    }

    private void configure(String topic, String value) {
        controller.propose(ProposeRequest.newBuilder()
                .setAlterTopic(AlterTopicRequest.newBuilder().setName(topic).putSetConfigs("retention.ms", value))
                .build());
    }

    @Test
    void watcherIsNotToldOfWhatClientsCannotSee() throws InterruptedException {
        create("a");
        var watch = watch();
        watch.next();

        assignDirectories("a");
        create("b");

        assertThat(names(watch.next())).containsExactly("b");
        assertThat(names(watch("a").next())).containsExactly("a");
    }

    @Test
    void watcherIsToldOfAChangeThatHiddenOnesFollow() throws InterruptedException {
        create("a");
        var watch = watch();
        watch.next();

        configure("a", "1000");
        assignDirectories("a");
        create("b");
        var messages = new ArrayList<>(List.of(watch.next()));
        while (last(messages).getVersion() < metadata.current().position().index()) {
            messages.add(watch.next());
        }

        assertThat(told(messages))
                .containsExactlyInAnyOrder(
                        MetadataMessages.topic(metadata.current().topic("a").orElseThrow()),
                        MetadataMessages.topic(metadata.current().topic("b").orElseThrow()));
    }

    @Test
    void metadataOfWantedTopicsNamesTheUnknownOnes() {
        create("a");
        create("b");
        var stub = MetadataServiceGrpc.newBlockingStub(fixture.channel());

        var some = stub.getMetadata(
                GetMetadataRequest.newBuilder().addTopics("b").addTopics("x").build());
        var all = stub.getMetadata(GetMetadataRequest.getDefaultInstance());

        assertThat(some.getTopicsList()).extracting(Topic::getName).containsExactly("b");
        assertThat(some.getUnknownTopicsList()).containsExactly("x");
        assertThat(all.getTopicsList()).extracting(Topic::getName).containsExactly("a", "b");
        assertThat(all.getClusterId()).isEqualTo(InMemoryController.CLUSTER);
    }

    @Test
    void clusterIsCounted() {
        create("a");
        var info = new ServerInfo("1.2.3", 1, 1000, 2000, () -> List.of(0, 1, 2));
        try (var cluster =
                new ServiceFixture(new ClusterGrpcService(metadata, controller, info, () -> OptionalInt.of(2)))) {
            var stub = ClusterServiceGrpc.newBlockingStub(cluster.channel());

            var server = stub.getServerInfo(GetServerInfoRequest.getDefaultInstance());
            var described = stub.describeCluster(DescribeClusterRequest.getDefaultInstance());

            assertThat(server.getVersion()).isEqualTo("1.2.3");
            assertThat(server.getMaxRequestBytes()).isEqualTo(2000);
            assertThat(described.getControllerId()).isEqualTo(2);
            assertThat(described.getTopics()).isEqualTo(1);
            assertThat(described.getPartitions()).isEqualTo(1);
            assertThat(described.getOfflinePartitions()).isZero();
            assertThat(described.getVotersList()).containsExactly(0, 1, 2);
        }
    }

    private static List<String> names(WatchMetadataResponse message) {
        return message.getTopicsList().stream().map(Topic::getName).toList();
    }
}
