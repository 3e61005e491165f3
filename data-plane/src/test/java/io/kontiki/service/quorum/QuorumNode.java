package io.kontiki.service.quorum;

import io.grpc.BindableService;
import io.grpc.ManagedChannel;
import io.grpc.Server;
import io.grpc.netty.shaded.io.grpc.netty.NettyChannelBuilder;
import io.grpc.netty.shaded.io.grpc.netty.NettyServerBuilder;
import io.kontiki.controller.ControllerConfig;
import io.kontiki.controller.Now;
import io.kontiki.metadata.BrokerRegistration;
import io.kontiki.metadata.Endpoint;
import io.kontiki.metadata.LocalMetadata;
import io.kontiki.metadata.UuidBytes;
import io.kontiki.partition.HeldReplicas;
import io.kontiki.proto.internal.v1.ProposeRequest;
import io.kontiki.proto.internal.v1.ProposeResponse;
import io.kontiki.proto.internal.v1.RegisterBroker;
import io.kontiki.proto.internal.v1.RestartClaim;
import io.kontiki.proto.v1.CreateTopicRequest;
import io.kontiki.proto.v1.ErrorReason;
import io.kontiki.quorum.ControllerHost;
import io.kontiki.quorum.FreePorts;
import io.kontiki.quorum.TcpBrokerProbe;
import io.kontiki.quorum.ratis.QuorumConfig;
import io.kontiki.quorum.ratis.RatisMetadataLog;
import io.kontiki.replication.Lease;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.random.RandomGenerator;

/** The control plane of one broker, wired as a broker wires it: on real ports and a real disk, without any data. */
final class QuorumNode implements SessionListener, AutoCloseable {
    static final String CLUSTER_ID = "test-cluster";
    static final int OVERHEAD_BYTES = 100;
    static final long HEARTBEAT_MILLIS = 500;
    static final long SESSION_MILLIS = 3_000;

    final int id;
    final Endpoint endpoint;
    final List<String> events = new CopyOnWriteArrayList<>();
    final List<String> faults = new CopyOnWriteArrayList<>();
    final LocalMetadata metadata = new LocalMetadata(fault -> faults.add(fault.toString()));
    final RatisMetadataLog log;
    final QuorumView view;
    final ControllerHost host;
    final ImageWatcher watcher;
    final QuorumClient client;
    final HeartbeatSession session;
    final Membership membership;
    volatile HeldReplicas held = wanted -> CompletableFuture.completedFuture(List.of());

    private final ScheduledExecutorService control = Executors.newSingleThreadScheduledExecutor();
    private final ScheduledExecutorService feedThread = Executors.newSingleThreadScheduledExecutor();
    private final ExecutorService memberThread = Executors.newSingleThreadExecutor();
    private final ExecutorService probes = Executors.newCachedThreadPool();
    private final Map<Endpoint, ManagedChannel> channels = new ConcurrentHashMap<>();
    private final Server server;

    /** A member of the quorum, of which {@code voters} are the Raft endpoints. */
    static QuorumNode voter(int id, Endpoint endpoint, Map<Integer, Endpoint> voters, Path directory) {
        return new QuorumNode(
                id,
                endpoint,
                QuorumConfig.founder(id, voters, directory.resolve("quorum-" + id), CLUSTER_ID),
                List.of());
    }

    /** A broker outside the quorum. */
    static QuorumNode other(int id, List<Endpoint> servers, Path directory) {
        var raft = new Endpoint("127.0.0.1", FreePorts.find());
        var config = new QuorumConfig(
                id,
                raft,
                Map.of(),
                Optional.empty(),
                raft.port(),
                directory.resolve("quorum-" + id),
                CLUSTER_ID,
                Optional.empty(),
                "",
                true,
                Optional.empty(),
                Optional.empty());
        return new QuorumNode(id, new Endpoint("127.0.0.1", FreePorts.find()), config, servers);
    }

    private QuorumNode(int id, Endpoint endpoint, QuorumConfig config, List<Endpoint> servers) {
        this.id = id;
        this.endpoint = endpoint;
        log = new RatisMetadataLog(
                config, metadata, () -> endpoint, (message, cause) -> faults.add(message + ": " + cause));
        view = new QuorumView(log, log, metadata, servers);
        host = new ControllerHost(
                log,
                metadata,
                ControllerConfig.defaults(CLUSTER_ID),
                new TcpBrokerProbe(probes),
                () -> new Now(System.currentTimeMillis(), System.nanoTime()),
                RandomGenerator.getDefault(),
                (message, cause) -> faults.add(message + ": " + cause));
        client = new QuorumClient(id, CLUSTER_ID, host, view, this::channel, control);
        session = new HeartbeatSession(
                registration(id, endpoint),
                HEARTBEAT_MILLIS,
                client,
                metadata,
                this,
                wanted -> held.reports(wanted),
                log::suspectLeader,
                control);
        watcher = new ImageWatcher(
                id, CLUSTER_ID, view, metadata, this::channel, SESSION_MILLIS, control, this::heardVoters);
        var calls = new MemberCalls(CLUSTER_ID, this::channel);
        membership = new Membership(
                id, log, view, metadata, calls, watcher, (message, cause) -> events.add("closed"), memberThread);
        log.listen(membership);
        var member = new MemberGrpcService(id, CLUSTER_ID, view, log, membership, host, metadata, calls);
        var quorum = new QuorumGrpcService(CLUSTER_ID, view, host, new ImageFeed(metadata, view, feedThread));
        host.addListener(quorum);
        host.addListener(session.asListener());
        server = serve(quorum, member, new VoterGrpcService(id, CLUSTER_ID, view, member, metadata, calls, control));
    }

    private Server serve(BindableService... services) {
        var builder = NettyServerBuilder.forAddress(new InetSocketAddress(endpoint.host(), endpoint.port()));
        List.of(services).forEach(builder::addService);
        try {
            return builder.build().start();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private void heardVoters() {
        view.leaderId().ifPresent(host::onLeaderKnown);
    }

    private static RegisterBroker registration(int id, Endpoint endpoint) {
        return RegisterBroker.newBuilder()
                .setClusterId(CLUSTER_ID)
                .setBrokerId(id)
                .setIncarnation(UuidBytes.toBytes(UUID.randomUUID()))
                .addDirectoryIds(UuidBytes.toBytes(new UUID(11, id)))
                .setHost(endpoint.host())
                .setPort(endpoint.port())
                .setClaim(RestartClaim.RESTART_CLAIM_UNCLEAN)
                .build();
    }

    QuorumNode start() {
        log.start(host);
        if (!view.servers().isEmpty() && !view.votes()) {
            watcher.start();
        }
        session.register().thenRun(session::ready).exceptionally(refusal -> {
            events.add(refusal.toString());
            return null;
        });
        return this;
    }

    boolean isController() {
        return host.isController();
    }

    Optional<BrokerRegistration> sees(int brokerId) {
        return metadata.current().broker(brokerId);
    }

    CompletableFuture<ProposeResponse> createTopic(String name, int partitions, int replicas) {
        return client.propose(ProposeRequest.newBuilder()
                .setCreateTopic(CreateTopicRequest.newBuilder()
                        .setName(name)
                        .setPartitions(partitions)
                        .setReplicationFactor(replicas))
                .build());
    }

    /** With room for one part of the image at a time. */
    ManagedChannel channel(Endpoint target) {
        return channels.computeIfAbsent(
                target,
                key -> NettyChannelBuilder.forAddress(key.host(), key.port())
                        .usePlaintext()
                        .maxInboundMessageSize(OutgoingUpdate.PART_BYTES_MAX + OVERHEAD_BYTES)
                        .build());
    }

    @Override
    public void onLease(Lease lease) {}

    @Override
    public void onUnfenced() {
        events.add("unfenced");
    }

    @Override
    public void onFenced() {
        events.add("fenced");
    }

    @Override
    public void onRejected(ErrorReason reason, String message) {
        events.add("rejected " + reason);
    }

    /** Ends it as the death of the process would be seen from outside: the port first, without a word. */
    @Override
    public void close() {
        server.shutdownNow();
        session.close();
        watcher.close();
        channels.values().forEach(ManagedChannel::shutdownNow);
        host.close();
        log.close();
        control.shutdownNow();
        feedThread.shutdownNow();
        memberThread.shutdownNow();
        probes.shutdownNow();
    }
}
