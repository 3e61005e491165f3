package io.kontiki.service.quorum;

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
import io.kontiki.proto.internal.v1.ProposeRequest;
import io.kontiki.proto.internal.v1.ProposeResponse;
import io.kontiki.proto.internal.v1.RegisterBroker;
import io.kontiki.proto.internal.v1.RestartClaim;
import io.kontiki.proto.v1.CreateTopicRequest;
import io.kontiki.proto.v1.ErrorReason;
import io.kontiki.quorum.ControllerHost;
import io.kontiki.quorum.TcpBrokerProbe;
import io.kontiki.quorum.ratis.QuorumConfig;
import io.kontiki.quorum.ratis.RatisMetadataLog;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
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
    static final long HEARTBEAT_MILLIS = 500;
    static final long SESSION_MILLIS = 3_000;

    final int id;
    final Endpoint endpoint;
    final List<String> events = new CopyOnWriteArrayList<>();
    final List<String> faults = new CopyOnWriteArrayList<>();
    final LocalMetadata metadata = new LocalMetadata(fault -> faults.add(fault.toString()));
    final Optional<RatisMetadataLog> log;
    final Optional<ControllerHost> host;
    final Optional<ImageWatcher> watcher;
    final QuorumClient client;
    final HeartbeatSession session;
    volatile HeldReplicas held = wanted -> CompletableFuture.completedFuture(List.of());

    private final ScheduledExecutorService control = Executors.newSingleThreadScheduledExecutor();
    private final ScheduledExecutorService feedThread = Executors.newSingleThreadScheduledExecutor();
    private final ExecutorService probes = Executors.newCachedThreadPool();
    private final Map<Endpoint, ManagedChannel> channels = new ConcurrentHashMap<>();
    private final Server server;

    /** A member of the quorum, of which {@code voters} are the Raft endpoints. */
    static QuorumNode voter(int id, Endpoint endpoint, Map<Integer, Endpoint> voters, Path directory) {
        return new QuorumNode(id, endpoint, Optional.of(voters), List.of(), directory);
    }

    /** A broker outside the quorum. */
    static QuorumNode other(int id, List<Endpoint> servers, Path directory) {
        return new QuorumNode(id, new Endpoint("127.0.0.1", freePort()), Optional.empty(), servers, directory);
    }

    private QuorumNode(
            int id,
            Endpoint endpoint,
            Optional<Map<Integer, Endpoint>> voters,
            List<Endpoint> servers,
            Path directory) {
        this.id = id;
        this.endpoint = endpoint;
        log = voters.map(endpoints -> new RatisMetadataLog(
                QuorumConfig.of(
                        id, endpoints, endpoints.get(id).port(), directory.resolve("quorum-" + id), true, CLUSTER_ID),
                metadata,
                (message, cause) -> faults.add(message + ": " + cause)));
        host = log.map(opened -> new ControllerHost(
                opened,
                metadata,
                ControllerConfig.defaults(CLUSTER_ID),
                new TcpBrokerProbe(probes),
                () -> new Now(System.currentTimeMillis(), System.nanoTime()),
                RandomGenerator.getDefault(),
                (message, cause) -> faults.add(message + ": " + cause)));
        client = new QuorumClient(id, CLUSTER_ID, host, servers, this::channel, control);
        session = new HeartbeatSession(
                registration(id, endpoint),
                HEARTBEAT_MILLIS,
                SESSION_MILLIS,
                client,
                metadata,
                this,
                wanted -> held.reports(wanted),
                leader -> log.ifPresent(opened -> opened.suspectLeader(leader)),
                control);
        server = serve();
        watcher = voters.isPresent()
                ? Optional.empty()
                : Optional.of(
                        new ImageWatcher(id, CLUSTER_ID, servers, metadata, this::channel, SESSION_MILLIS, control));
    }

    private Server serve() {
        var builder = NettyServerBuilder.forAddress(new InetSocketAddress(endpoint.host(), endpoint.port()));
        host.ifPresent(controller -> builder.addService(quorumService(controller)));
        try {
            return builder.build().start();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private QuorumGrpcService quorumService(ControllerHost controller) {
        var feed = new ImageFeed(
                metadata, () -> log.orElseThrow().status().leaderId().isPresent(), feedThread);
        var service = new QuorumGrpcService(CLUSTER_ID, controller, feed);
        controller.addListener(service);
        controller.addListener(session.asListener());
        return service;
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
        log.ifPresent(opened -> opened.start(host.orElseThrow()));
        watcher.ifPresent(ImageWatcher::start);
        session.register().thenRun(session::ready).exceptionally(refusal -> {
            events.add(refusal.toString());
            return null;
        });
        return this;
    }

    boolean isController() {
        return host.filter(ControllerHost::isController).isPresent();
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

    ManagedChannel channel(Endpoint target) {
        return channels.computeIfAbsent(
                target,
                key -> NettyChannelBuilder.forAddress(key.host(), key.port())
                        .usePlaintext()
                        .build());
    }

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
        watcher.ifPresent(ImageWatcher::close);
        channels.values().forEach(ManagedChannel::shutdownNow);
        host.ifPresent(ControllerHost::close);
        log.ifPresent(RatisMetadataLog::close);
        control.shutdownNow();
        feedThread.shutdownNow();
        probes.shutdownNow();
    }

    static int freePort() {
        try (var socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
