package io.kontiki.broker;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;
import static org.awaitility.Awaitility.await;

import io.grpc.BindableService;
import io.grpc.ClientInterceptor;
import io.grpc.ManagedChannel;
import io.grpc.Metadata;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.health.v1.HealthCheckRequest;
import io.grpc.health.v1.HealthCheckResponse.ServingStatus;
import io.grpc.health.v1.HealthGrpc;
import io.grpc.netty.shaded.io.grpc.netty.NettyChannelBuilder;
import io.grpc.reflection.v1.ServerReflectionGrpc;
import io.grpc.reflection.v1.ServerReflectionRequest;
import io.grpc.reflection.v1.ServerReflectionResponse;
import io.grpc.stub.MetadataUtils;
import io.grpc.stub.StreamObserver;
import io.kontiki.proto.v1.AddVoterRequest;
import io.kontiki.proto.v1.ClusterServiceGrpc;
import io.kontiki.proto.v1.DescribeClusterRequest;
import io.kontiki.proto.v1.DescribeClusterResponse;
import io.kontiki.proto.v1.DescribeQuorumRequest;
import io.kontiki.proto.v1.GetMetadataRequest;
import io.kontiki.proto.v1.GetServerInfoRequest;
import io.kontiki.proto.v1.GetServerInfoResponse;
import io.kontiki.proto.v1.MetadataServiceGrpc;
import io.kontiki.proto.v1.VoterServiceGrpc;
import io.kontiki.service.StartGate;
import java.io.IOException;
import java.net.Socket;
import java.net.SocketException;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class GrpcEndpointTest {
    private static final ListenAddress ANY_PORT = new ListenAddress("127.0.0.1", 0);

    private static final int CONNECTIONS_MAX = 3;
    private static final UUID RUN = new UUID(3, 4);

    private final ConnectionCounts connections = new ConnectionCounts();
    private final StartGate gate = new StartGate();
    private final RunInterceptor run = new RunInterceptor(7, RUN);
    private GrpcEndpoint endpoint;
    private ManagedChannel channel;

    @BeforeEach
    void start() {
        endpoint = GrpcEndpoint.start(
                ANY_PORT,
                run,
                1 << 20,
                CONNECTIONS_MAX,
                connections,
                gate,
                List.<BindableService>of(new Defective(), new Missing(), new MissingToo()));
        channel = NettyChannelBuilder.forAddress("127.0.0.1", endpoint.port())
                .usePlaintext()
                .build();
    }

    @AfterEach
    void stop() {
        channel.shutdownNow();
        endpoint.close();
    }

    /** Fails in the two ways in which a handler can. */
    private static final class Defective extends ClusterServiceGrpc.ClusterServiceImplBase {
        @Override
        public void getServerInfo(GetServerInfoRequest request, StreamObserver<GetServerInfoResponse> out) {
            throw new IllegalStateException("secret");
        }

        @Override
        public void describeCluster(DescribeClusterRequest request, StreamObserver<DescribeClusterResponse> out) {
            out.onError(new IllegalStateException("secret"));
        }
    }

    /** Declared and not implemented. */
    private static final class Missing extends MetadataServiceGrpc.MetadataServiceImplBase {}

    private static final class MissingToo extends VoterServiceGrpc.VoterServiceImplBase {}

    @Test
    void readinessFollowsTheBrokerAndLivenessTheProcess() {
        assertThat(health("readiness")).isEqualTo(ServingStatus.NOT_SERVING);
        assertThat(health("liveness")).isEqualTo(ServingStatus.SERVING);

        endpoint.setReady(true);

        assertThat(health("readiness")).isEqualTo(ServingStatus.SERVING);
        assertThat(health("")).isEqualTo(ServingStatus.SERVING);
        assertThat(health("kontiki.v1.ClusterService")).isEqualTo(ServingStatus.SERVING);

        endpoint.announceStop();

        assertThat(health("readiness")).isEqualTo(ServingStatus.NOT_SERVING);
    }

    @Test
    void clientsWaitForTheEndOfTheStart() {
        var metadata = MetadataServiceGrpc.newBlockingStub(channel);
        var request = GetMetadataRequest.getDefaultInstance();

        assertThatThrownBy(() -> metadata.getMetadata(request)).hasMessageContaining("has not finished starting");
        // It may be the quorum that it waits for.
        var voters = VoterServiceGrpc.newBlockingStub(channel);
        assertThatThrownBy(() -> voters.describeQuorum(DescribeQuorumRequest.getDefaultInstance()))
                .hasMessageContaining("UNIMPLEMENTED");
        assertThatThrownBy(() -> voters.addVoter(AddVoterRequest.getDefaultInstance()))
                .hasMessageContaining("has not finished starting");
        gate.open();

        // Nobody offers that service here: the call got through.
        assertThatThrownBy(() -> metadata.getMetadata(request)).hasMessageContaining("UNIMPLEMENTED");
    }

    @Test
    void reflectionNamesTheServices() {
        var answer = new CompletableFuture<ServerReflectionResponse>();
        var requests = ServerReflectionGrpc.newStub(channel).serverReflectionInfo(new StreamObserver<>() {
            @Override
            public void onNext(ServerReflectionResponse value) {
                answer.complete(value);
            }

            @Override
            public void onError(Throwable t) {
                answer.completeExceptionally(t);
            }

            @Override
            public void onCompleted() {}
        });
        requests.onNext(ServerReflectionRequest.newBuilder().setListServices("").build());

        var services = answer.orTimeout(10, TimeUnit.SECONDS).join().getListServicesResponse();

        assertThat(services.getServiceList())
                .anyMatch(service -> service.getName().equals("kontiki.v1.ClusterService"));
        requests.onCompleted();
    }

    @Test
    void defectEndsItsOwnCallAndTellsNothing() {
        var stub = ClusterServiceGrpc.newBlockingStub(channel).withDeadlineAfter(10, TimeUnit.SECONDS);

        var thrown = catchThrowableOfType(
                StatusRuntimeException.class, () -> stub.getServerInfo(GetServerInfoRequest.getDefaultInstance()));
        var reported = catchThrowableOfType(
                StatusRuntimeException.class, () -> stub.describeCluster(DescribeClusterRequest.getDefaultInstance()));

        assertThat(List.of(thrown, reported)).allSatisfy(failure -> {
            assertThat(failure.getStatus().getCode()).isEqualTo(Status.Code.INTERNAL);
            assertThat(failure.toString()).doesNotContain("secret");
        });
        assertThat(health("liveness")).isEqualTo(ServingStatus.SERVING);
    }

    @Test
    void answersNameTheBrokerAndItsRun() {
        var first = answerHeaders();
        assertThat(first.get(RunInterceptor.BROKER_ID)).isEqualTo("7");
        assertThat(first.get(RunInterceptor.INCARNATION)).isEqualTo(RUN.toString());
        assertThat(first.get(RunInterceptor.BROKER_EPOCH)).isNull();

        run.onRegistered(12);

        assertThat(answerHeaders().get(RunInterceptor.BROKER_EPOCH)).isEqualTo("12");
    }

    private Metadata answerHeaders() {
        var headers = new AtomicReference<Metadata>();
        ClientInterceptor capture = MetadataUtils.newCaptureMetadataInterceptor(headers, new AtomicReference<>());
        HealthGrpc.newBlockingStub(channel)
                .withInterceptors(capture)
                .check(HealthCheckRequest.newBuilder().setService("liveness").build());
        return headers.get();
    }

    @Test
    void portInUseIsNamed() {
        var taken = new ListenAddress("127.0.0.1", endpoint.port());

        assertThatThrownBy(() -> GrpcEndpoint.start(
                        taken, new RunInterceptor(8, RUN), 1 << 20, 1, new ConnectionCounts(), gate, List.of()))
                .isInstanceOf(BrokerStartException.class)
                .hasMessageContaining("cannot listen on port " + endpoint.port())
                .hasMessageContaining("Address already in use")
                .hasMessageContaining("Set listeners to another port");
    }

    @Test
    void connectionsAboveTheLimitAreClosedAndOthersGoOn() throws Exception {
        assertThat(health("liveness")).isEqualTo(ServingStatus.SERVING);
        try (var idle = connect();
                var alsoIdle = connect();
                var tooMany = connect()) {
            // The others were sent the server's settings.
            assertThat(idle.getInputStream().read()).isNotNegative();
            assertThat(alsoIdle.getInputStream().read()).isNotNegative();
            assertThat(isRefused(tooMany)).isTrue();
            assertThat(health("liveness")).isEqualTo(ServingStatus.SERVING);
            var scrape = HttpReading.scrape(connections);
            assertThat(HttpReading.value(scrape, "kontiki_connections")).isEqualTo(CONNECTIONS_MAX);
            assertThat(HttpReading.value(scrape, "kontiki_connections_taken_total"))
                    .isEqualTo(CONNECTIONS_MAX);
            assertThat(HttpReading.value(scrape, "kontiki_connections_refused_total"))
                    .isEqualTo(1);
        }
        await().until(() -> {
            try (var next = connect()) {
                return !isRefused(next);
            }
        });
    }

    private Socket connect() throws IOException {
        var socket = new Socket("127.0.0.1", endpoint.port());
        socket.setSoTimeout(10_000);
        return socket;
    }

    private static boolean isRefused(Socket socket) throws IOException {
        try {
            return socket.getInputStream().read() < 0;
        } catch (SocketException reset) {
            return true;
        }
    }

    private ServingStatus health(String name) {
        return HealthGrpc.newBlockingStub(channel)
                .withDeadlineAfter(10, TimeUnit.SECONDS)
                .check(HealthCheckRequest.newBuilder().setService(name).build())
                .getStatus();
    }
}
