package io.kontiki.service;

import com.google.protobuf.ByteString;
import io.grpc.BindableService;
import io.grpc.ManagedChannel;
import io.grpc.Server;
import io.grpc.inprocess.InProcessChannelBuilder;
import io.grpc.inprocess.InProcessServerBuilder;
import io.kontiki.group.GroupSettings;
import io.kontiki.log.LogConfig;
import io.kontiki.measure.Traffic;
import io.kontiki.metadata.Endpoint;
import io.kontiki.metadata.LocalMetadata;
import io.kontiki.metadata.MetadataImage;
import io.kontiki.metadata.PartitionRegistration;
import io.kontiki.metadata.UuidBytes;
import io.kontiki.metadata.command.Applied;
import io.kontiki.metadata.command.MetadataState;
import io.kontiki.partition.CompactionSettings;
import io.kontiki.partition.LogDir;
import io.kontiki.partition.MoveSettings;
import io.kontiki.partition.PartitionLogs;
import io.kontiki.partition.ScrubSettings;
import io.kontiki.partition.Threads;
import io.kontiki.proto.internal.v1.Command;
import io.kontiki.proto.internal.v1.CommandReply;
import io.kontiki.proto.internal.v1.CreateTopic;
import io.kontiki.proto.internal.v1.DeleteTopic;
import io.kontiki.proto.internal.v1.FenceBroker;
import io.kontiki.proto.internal.v1.InitializeCluster;
import io.kontiki.proto.internal.v1.PartitionRef;
import io.kontiki.proto.internal.v1.ProposeRequest;
import io.kontiki.proto.internal.v1.ProposeResponse;
import io.kontiki.proto.internal.v1.RegisterBroker;
import io.kontiki.proto.internal.v1.ReplicaReport;
import io.kontiki.proto.internal.v1.Replicas;
import io.kontiki.proto.internal.v1.RestartClaim;
import io.kontiki.proto.internal.v1.UnfenceBroker;
import io.kontiki.replication.Lease;
import io.kontiki.replication.ReplicaOptions;
import io.kontiki.storage.file.FileDisk;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;

/**
 * Data planes of several brokers in one process: real logs, event loops and gRPC streams, over in-process channels. The
 * quorum is the state machine itself, applied at once.
 */
final class TestCluster {
    static final String CLUSTER_ID = "test-cluster";

    /** Free bytes below which a directory takes no appends. */
    static final long RESERVE_BYTES = 1 << 20;

    /** How brokers are set up. */
    record Setup(
            int dirsPerBroker,
            long lagLimitNanos,
            Duration scrubInterval,
            Duration dirTimeout,
            long moveBytesPerSecondMax) {
        Setup(int dirsPerBroker, long lagLimitNanos) {
            this(dirsPerBroker, lagLimitNanos, Duration.ofDays(7), Duration.ofHours(1), Long.MAX_VALUE);
        }

        Setup withScrubInterval(Duration interval) {
            return new Setup(dirsPerBroker, lagLimitNanos, interval, dirTimeout, moveBytesPerSecondMax);
        }

        Setup withDirTimeout(Duration timeout) {
            return new Setup(dirsPerBroker, lagLimitNanos, scrubInterval, timeout, moveBytesPerSecondMax);
        }

        Setup withMoveBytesPerSecondMax(long bytes) {
            return new Setup(dirsPerBroker, lagLimitNanos, scrubInterval, dirTimeout, bytes);
        }

        static final Setup USUAL = new Setup(1, ReplicaOptions.DEFAULTS.lagLimitNanos());
    }

    /** One broker's data plane. */
    private final class Node {
        final LocalMetadata metadata = new LocalMetadata(defects::add);
        final Map<Endpoint, ManagedChannel> channels = new ConcurrentHashMap<>();
        final Map<Integer, FaultyDisk> disks = new TreeMap<>();
        final MeterRegistry meters = new SimpleMeterRegistry();
        final DataPlane dataPlane;
        private final String serverName;
        private Server server;

        Node(int id) throws IOException {
            List<LogDir> dirs = new ArrayList<>();
            for (int number : dirs(id)) {
                dirs.add(openDir(id, number));
            }
            dataPlane = new DataPlane(
                    id,
                    metadata,
                    new PartitionLogs(dirs, LogConfig.defaults(), 1, damaged -> {}, Threads.system()),
                    1,
                    2,
                    ReplicaOptions.DEFAULTS.withLagLimitNanos(setup.lagLimitNanos()),
                    TestCluster.this::propose,
                    this::channel,
                    Duration.ofMillis(50),
                    new CompactionSettings(0, 1 << 20, Long.MAX_VALUE, Duration.ofSeconds(1)),
                    new ScrubSettings(setup.scrubInterval(), Long.MAX_VALUE),
                    new MoveSettings(setup.moveBytesPerSecondMax()),
                    GroupSettings.DEFAULTS,
                    defects::add);
            dataPlane.renew(Lease.of(System.nanoTime(), TimeUnit.HOURS.toNanos(1)));
            dataPlane.logs().recoveryProgress().bindTo(meters);
            dataPlane.metrics().bindTo(meters);
            dataPlane.recover(dir -> Optional.empty());
            dataPlane.watch(setup.dirTimeout(), TestCluster.this::onHung);
            serverName = serverName(id);
            serve(dataPlane.services());
        }

        void serve(List<? extends BindableService> services) throws IOException {
            InProcessServerBuilder builder = InProcessServerBuilder.forName(serverName)
                    .intercept(new DefectInterceptor())
                    .intercept(new CopiedResponses());
            services.forEach(builder::addService);
            server = builder.build().start();
        }

        private LogDir openDir(int broker, int number) throws IOException {
            Path path = dirPath(broker, number);
            if (Files.isRegularFile(path)) {
                return LogDir.offline(path.toString(), "it is a file");
            }
            FaultyDisk disk = new FaultyDisk(new FileDisk(Files.createDirectories(path)));
            disks.put(number, disk);
            return LogDir.online(directoryId(broker, number), path.toString(), disk, RESERVE_BYTES);
        }

        private ManagedChannel channel(Endpoint endpoint) {
            ManagedChannel channel = channels.computeIfAbsent(
                    endpoint,
                    key -> InProcessChannelBuilder.forName(serverName(key.port() - PORT_BASE))
                            .build());
            channel.resetConnectBackoff();
            return channel;
        }

        void stopServing() throws InterruptedException {
            server.shutdownNow().awaitTermination(10, TimeUnit.SECONDS);
        }

        void close() throws InterruptedException {
            stopServing();
            dataPlane.close();
            channels.values().forEach(ManagedChannel::shutdownNow);
        }
    }

    private void onHung(LogDir dir, boolean othersWait, String reason) {
        if (othersWait) {
            stuck.add(reason);
        } else {
            dir.takeOffline(reason);
        }
    }

    private static final int PORT_BASE = 10_000;

    private final Path root;
    private final Setup setup;
    private final String name = UUID.randomUUID().toString();
    private final Map<Integer, Node> nodes = new TreeMap<>();
    private final Map<Integer, List<Integer>> dirs = new ConcurrentHashMap<>();
    private final Map<Integer, ManagedChannel> clients = new ConcurrentHashMap<>();
    final ConcurrentLinkedQueue<Throwable> defects = new ConcurrentLinkedQueue<>();

    /** Why brokers would end themselves, for a directory that hangs. */
    final ConcurrentLinkedQueue<String> stuck = new ConcurrentLinkedQueue<>();

    private MetadataImage image = MetadataImage.EMPTY;

    TestCluster(Path root, int brokers) throws IOException {
        this(root, brokers, Setup.USUAL);
    }

    TestCluster(Path root, int brokers, Setup setup) throws IOException {
        this.root = root;
        this.setup = setup;
        apply(Command.newBuilder()
                .setInitializeCluster(InitializeCluster.newBuilder()
                        .setClusterId(CLUSTER_ID)
                        .setFeatureLevel(MetadataState.FEATURE_LEVEL))
                .build());
        for (int id = 0; id < brokers; id++) {
            start(id);
        }
    }

    private List<Integer> dirs(int broker) {
        return dirs.computeIfAbsent(
                broker, id -> IntStream.range(0, setup.dirsPerBroker()).boxed().toList());
    }

    /** The directories of a broker from its next start on: 0 and 1 are those of the first start. */
    void setDirs(int broker, Integer... numbers) {
        dirs.put(broker, List.of(numbers));
    }

    static UUID directoryId(int broker, int number) {
        return new UUID(7 + number, broker);
    }

    /** Where a directory of a broker is; a file in its place makes it one that cannot be opened. */
    Path dirPath(int broker, int number) {
        return root.resolve("broker-" + broker + (number == 0 ? "" : "-dir-" + number));
    }

    /** A directory of a broker that runs. */
    FaultyDisk disk(int broker, int number) {
        return nodes.get(broker).disks.get(number);
    }

    /** The metrics of a broker that runs. */
    MeterRegistry meters(int broker) {
        return nodes.get(broker).meters;
    }

    /** What a broker that runs has counted. */
    Traffic traffic(int broker) {
        return nodes.get(broker).dataPlane.traffic();
    }

    private String serverName(int id) {
        return name + "-" + id;
    }

    // ---- The quorum

    synchronized CommandReply apply(Command command) {
        Applied applied =
                MetadataState.apply(image, command, 1, image.position().index() + 1);
        image = applied.image();
        nodes.values().forEach(node -> node.metadata.publish(applied.delta(), applied.image()));
        return applied.reply();
    }

    private CompletableFuture<ProposeResponse> propose(ProposeRequest request) {
        Command.Builder command = Command.newBuilder();
        switch (request.getRequestCase()) {
            case ALTER_PARTITIONS -> command.setAlterPartitions(request.getAlterPartitions());
            case ALLOCATE_PRODUCER_IDS -> command.setAllocateProducerIds(request.getAllocateProducerIds());
            case ASSIGN_DIRECTORIES -> command.setAssignDirectories(request.getAssignDirectories());
            case FAIL_DIRECTORIES -> command.setFailDirectories(request.getFailDirectories());
            case FAIL_REPLICAS -> command.setFailReplicas(request.getFailReplicas());
            case CHANGE_GROUP -> command.setChangeGroup(request.getChangeGroup());
            case COMMIT_GROUP_OFFSETS -> command.setCommitGroupOffsets(request.getCommitGroupOffsets());
            case DELETE_GROUP -> command.setDeleteGroup(request.getDeleteGroup());
            case DELETE_GROUP_OFFSETS -> command.setDeleteGroupOffsets(request.getDeleteGroupOffsets());
            default -> throw new AssertionError(request);
        }
        // As the real quorum does, it answers on another thread than the caller's.
        return CompletableFuture.supplyAsync(() ->
                proposed(command.setTimestampMs(System.currentTimeMillis()).build()));
    }

    private synchronized ProposeResponse proposed(Command command) {
        return ProposeResponse.newBuilder()
                .setReply(apply(command))
                .setIndex(image.position().index())
                .build();
    }

    synchronized MetadataImage image() {
        return image;
    }

    PartitionRegistration partition(String topic, int number) {
        return image().topic(topic).orElseThrow().partition(number).orElseThrow();
    }

    /** What the broker tells of the first partition of a topic when the controller asks (rule M9). */
    List<ReplicaReport> heldBy(int broker, String topic) {
        PartitionRef ref = PartitionRef.newBuilder()
                .setTopicId(UuidBytes.toBytes(image().topic(topic).orElseThrow().id()))
                .build();
        return nodes.get(broker).dataPlane.heldReplicas(List.of(ref)).join();
    }

    UUID createTopic(String topic, Map<String, String> configs, List<Integer> replicas) {
        UUID id = UUID.randomUUID();
        apply(Command.newBuilder()
                .setCreateTopic(CreateTopic.newBuilder()
                        .setTopicId(UuidBytes.toBytes(id))
                        .setName(topic)
                        .setAssumedIndex(image().position().index())
                        .putAllConfigs(configs)
                        .addPartitions(Replicas.newBuilder().addAllBrokerIds(replicas)))
                .build());
        return id;
    }

    void deleteTopic(UUID id) {
        apply(Command.newBuilder()
                .setDeleteTopic(DeleteTopic.newBuilder().setTopicId(UuidBytes.toBytes(id)))
                .build());
    }

    // ---- Brokers

    DataPlane dataPlane(int broker) {
        return nodes.get(broker).dataPlane;
    }

    /** As a heartbeat's answer does. */
    void renew(int broker, Lease lease) {
        nodes.get(broker).dataPlane.renew(lease);
    }

    /** Starts a broker, or the next run of one that was stopped. */
    void start(int id) throws IOException {
        Node node = new Node(id);
        long epoch;
        synchronized (this) {
            UUID incarnation = UUID.randomUUID();
            ByteString base = image.broker(id)
                    .map(broker -> UuidBytes.toBytes(broker.incarnation()))
                    .orElse(ByteString.EMPTY);
            RegisterBroker.Builder registration = RegisterBroker.newBuilder()
                    .setClusterId(CLUSTER_ID)
                    .setBrokerId(id)
                    .setIncarnation(UuidBytes.toBytes(incarnation))
                    .setHost("localhost")
                    .setPort(PORT_BASE + id)
                    .setClaim(RestartClaim.RESTART_CLAIM_DURABLE)
                    .setBaseIncarnation(base)
                    .setExpectedEpoch(
                            image.broker(id).map(broker -> broker.epoch()).orElse(0L));
            node.disks
                    .keySet()
                    .forEach(number -> registration.addDirectoryIds(UuidBytes.toBytes(directoryId(id, number))));
            CommandReply reply =
                    apply(Command.newBuilder().setRegisterBroker(registration).build());
            epoch = reply.getRegisterBroker().getBrokerEpoch();
            nodes.put(id, node);
            node.metadata.publish(io.kontiki.metadata.MetadataDelta.full(image), image);
        }
        node.dataPlane.start(epoch).join();
        apply(Command.newBuilder()
                .setUnfenceBroker(UnfenceBroker.newBuilder()
                        .setBrokerId(id)
                        .setBrokerEpoch(epoch)
                        .setAssumedIndex(image().position().index()))
                .build());
    }

    /** Ends a broker and has the quorum fence it. */
    void stop(int id) throws InterruptedException {
        Node node;
        synchronized (this) {
            node = nodes.remove(id);
        }
        node.close();
        fence(id);
    }

    /** From now on the broker answers by another service, and by none of its own. */
    void impersonate(int id, BindableService service) throws IOException, InterruptedException {
        nodes.get(id).stopServing();
        nodes.get(id).serve(List.of(service));
    }

    /** What the controller does with a broker that it does not hear. */
    void fence(int id) {
        apply(Command.newBuilder()
                .setFenceBroker(FenceBroker.newBuilder()
                        .setBrokerId(id)
                        .setBrokerEpoch(image().broker(id).orElseThrow().epoch())
                        .setAssumedIndex(image().position().index()))
                .build());
    }

    void unfence(int id) {
        apply(Command.newBuilder()
                .setUnfenceBroker(UnfenceBroker.newBuilder()
                        .setBrokerId(id)
                        .setBrokerEpoch(image().broker(id).orElseThrow().epoch())
                        .setAssumedIndex(image().position().index()))
                .build());
    }

    /** A client's channel to a broker. */
    ManagedChannel client(int id) {
        return clients.computeIfAbsent(
                id, key -> InProcessChannelBuilder.forName(serverName(key)).build());
    }

    Path logDirectory(int broker, String partition) {
        return dirPath(broker, 0).resolve(partition);
    }

    void close() throws InterruptedException {
        clients.values().forEach(ManagedChannel::shutdownNow);
        for (Node node : nodes.values()) {
            node.close();
        }
    }
}
