package io.kontiki.broker;

import io.grpc.BindableService;
import io.grpc.Metadata;
import io.grpc.Server;
import io.grpc.ServerCall;
import io.grpc.health.v1.HealthCheckResponse.ServingStatus;
import io.grpc.netty.shaded.io.grpc.netty.NettyServerBuilder;
import io.grpc.netty.shaded.io.netty.buffer.PooledByteBufAllocator;
import io.grpc.netty.shaded.io.netty.channel.ChannelOption;
import io.grpc.protobuf.services.HealthStatusManager;
import io.grpc.protobuf.services.ProtoReflectionServiceV1;
import io.kontiki.proto.internal.v1.ReplicationServiceGrpc;
import io.kontiki.proto.v1.FetchServiceGrpc;
import io.kontiki.service.DefectInterceptor;
import io.kontiki.service.StartGate;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Executor;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;

/**
 * The gRPC server of a broker: its services on one port, with health and reflection. Health names are the empty one and
 * {@code readiness} (the broker serves), {@code liveness} (the process works), and each public service. Thread-safe.
 */
final class GrpcEndpoint implements AutoCloseable {
    private static final Set<String> ON_ARRIVAL = Set.of(
            FetchServiceGrpc.getFetchMethod().getFullMethodName(),
            ReplicationServiceGrpc.getReplicateMethod().getFullMethodName());

    private static final String LIVENESS = "liveness";
    private static final List<String> OVERALL = List.of("", "readiness");
    private static final String PUBLIC_PREFIX = "kontiki.v1.";
    /** One stream carries at most a window per round trip; the default of 1 MiB would limit a distant client. */
    private static final int FLOW_CONTROL_WINDOW_BYTES = 4 << 20;

    private static final int CALLS_PER_CONNECTION_MAX = 1024;
    private static final Duration FORCED_STOP_WAIT = Duration.ofSeconds(2);

    private final Server server;
    private final ServerThreads threads;
    private final ExecutorService handlers;
    private final HealthStatusManager health;

    private GrpcEndpoint(Server server, ServerThreads threads, ExecutorService handlers, HealthStatusManager health) {
        this.server = server;
        this.threads = threads;
        this.handlers = handlers;
        this.health = health;
    }

    /**
     * Listens; readiness is NOT_SERVING until {@link #setReady}.
     *
     * @param run tells who answers
     * @param requestMaxBytes largest message taken
     * @param connectionsMax connections at a time, at least 1; those above are closed at once
     * @param connections counts them
     * @param gate opened once clients may be served
     * @throws BrokerStartException if the port is in use
     */
    static GrpcEndpoint start(
            ListenAddress address,
            RunInterceptor run,
            int requestMaxBytes,
            int connectionsMax,
            ConnectionCounts connections,
            StartGate gate,
            List<BindableService> services) {
        var health = new HealthStatusManager();
        var handlers = handlers();
        var threads = new ServerThreads(connectionsMax, connections);
        var builder = threads.use(NettyServerBuilder.forAddress(address.toSocketAddress()))
                .executor(handlers)
                .callExecutor(GrpcEndpoint::executorOf)
                .maxInboundMessageSize(requestMaxBytes)
                .flowControlWindow(FLOW_CONTROL_WINDOW_BYTES)
                // With the chunks of gRPC's own, half as large, those for an answer are given back and asked for each
                // time.
                .withChildOption(ChannelOption.ALLOCATOR, PooledByteBufAllocator.DEFAULT)
                .maxConcurrentCallsPerConnection(CALLS_PER_CONNECTION_MAX)
                .permitKeepAliveTime(10, TimeUnit.SECONDS)
                .permitKeepAliveWithoutCalls(true)
                .keepAliveTime(60, TimeUnit.SECONDS)
                .keepAliveTimeout(20, TimeUnit.SECONDS)
                // The last one added is the outermost.
                .intercept(gate)
                .intercept(new DefectInterceptor())
                .intercept(run)
                .addService(health.getHealthService())
                .addService(ProtoReflectionServiceV1.newInstance());
        services.forEach(builder::addService);
        try {
            var endpoint = new GrpcEndpoint(builder.build().start(), threads, handlers, health);
            endpoint.setReady(false);
            health.setStatus(LIVENESS, ServingStatus.SERVING);
            return endpoint;
        } catch (IOException e) {
            handlers.shutdown();
            threads.close();
            throw new BrokerStartException(
                    "cannot listen on port " + address.port() + " (listeners=GRPC://" + address + "): " + reason(e)
                            + "; is another broker running? Set listeners to another port",
                    e);
        }
    }

    /** Handlers decode and hand over, they do not wait; so few threads serve many streams. */
    private static ExecutorService handlers() {
        int threads = Math.max(4, 2 * Runtime.getRuntime().availableProcessors());
        return Executors.newFixedThreadPool(threads, DaemonThreads.named("kontiki-grpc"));
    }

    /**
     * What arrives on the streams of consumers and followers is handed over at once, on the thread that it arrives on: a change
     * of threads would cost more than that. Records of producers are looked through first, which others need not wait for.
     *
     * @return null for the handlers' threads
     */
    private static <Q, R> Executor executorOf(ServerCall<Q, R> call, Metadata headers) {
        return ON_ARRIVAL.contains(call.getMethodDescriptor().getFullMethodName()) ? Runnable::run : null;
    }

    private static String reason(IOException e) {
        var cause = e.getCause() == null ? e : e.getCause();
        return cause.getMessage();
    }

    /** The port in use, also if any free one was asked for. */
    int port() {
        return server.getPort();
    }

    void setReady(boolean ready) {
        var status = ready ? ServingStatus.SERVING : ServingStatus.NOT_SERVING;
        OVERALL.forEach(name -> health.setStatus(name, status));
        server.getServices().stream()
                .map(service -> service.getServiceDescriptor().getName())
                .filter(name -> name.startsWith(PUBLIC_PREFIX))
                .forEach(name -> health.setStatus(name, status));
    }

    /** Tells load balancers to look elsewhere; what comes in is still served. For good. */
    void announceStop() {
        health.enterTerminalState();
    }

    /** Takes no new call and waits for those under way, but no longer than {@code grace}; streams are then cut. */
    void stop(Duration grace) {
        server.shutdown();
        try {
            if (!server.awaitTermination(grace.toMillis(), TimeUnit.MILLISECONDS)) {
                server.shutdownNow();
                server.awaitTermination(FORCED_STOP_WAIT.toMillis(), TimeUnit.MILLISECONDS);
            }
        } catch (InterruptedException e) {
            server.shutdownNow();
            Thread.currentThread().interrupt();
        }
        handlers.shutdown();
        threads.close();
    }

    /** Closes the port and cuts all connections. Waits for nobody, since a handler may never return. */
    void cut() {
        server.shutdownNow();
    }

    /** As {@link #stop} without any grace. */
    @Override
    public void close() {
        stop(Duration.ZERO);
    }
}
