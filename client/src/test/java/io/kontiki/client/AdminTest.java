package io.kontiki.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import com.google.protobuf.Any;
import com.google.rpc.Code;
import com.google.rpc.ErrorInfo;
import io.grpc.Server;
import io.grpc.Status;
import io.grpc.netty.shaded.io.grpc.netty.NettyServerBuilder;
import io.grpc.protobuf.StatusProto;
import io.grpc.stub.StreamObserver;
import io.kontiki.proto.v1.CreateTopicRequest;
import io.kontiki.proto.v1.CreateTopicResponse;
import io.kontiki.proto.v1.DeleteTopicRequest;
import io.kontiki.proto.v1.DeleteTopicResponse;
import io.kontiki.proto.v1.ListTopicsRequest;
import io.kontiki.proto.v1.ListTopicsResponse;
import io.kontiki.proto.v1.Topic;
import io.kontiki.proto.v1.TopicServiceGrpc;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Over TCP, since reaching nobody is different there. */
@Timeout(30)
class AdminTest {
    /** No answer at all. */
    private static final Throwable HANGS = new IllegalStateException("hangs");

    private final AtomicInteger creations = new AtomicInteger();
    private final AtomicInteger deletions = new AtomicInteger();
    /** Of the creations, as they came. */
    private final List<Long> numbers = new CopyOnWriteArrayList<>();

    private StatusFor statusFor = call -> null;
    private Server server;
    private Admin admin;

    /** The error of the n-th creation, counted from 1; null for success. */
    private interface StatusFor {
        Throwable call(int number);
    }

    @BeforeEach
    void start() throws IOException {
        server = NettyServerBuilder.forAddress(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0))
                .addService(new Topics())
                .build()
                .start();
        admin = Admin.builder()
                .bootstrapServers("127.0.0.1:" + freePort(), "127.0.0.1:" + server.getPort())
                .connectTimeout(Duration.ofSeconds(1))
                .build();
    }

    @AfterEach
    void stop() {
        admin.close();
        server.shutdownNow();
    }

    private static int freePort() throws IOException {
        try (var socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        }
    }

    private static Throwable refusal(Code code, String reason, String message) {
        return StatusProto.toStatusRuntimeException(com.google.rpc.Status.newBuilder()
                .setCode(code.getNumber())
                .setMessage(message)
                .addDetails(Any.pack(ErrorInfo.newBuilder()
                        .setDomain("kontiki")
                        .setReason(reason)
                        .build()))
                .build());
    }

    private final class Topics extends TopicServiceGrpc.TopicServiceImplBase {
        @Override
        public void createTopic(CreateTopicRequest request, StreamObserver<CreateTopicResponse> answer) {
            numbers.add(request.getRequestId());
            var error = statusFor.call(creations.incrementAndGet());
            if (error == HANGS) {
                return;
            }
            if (error != null) {
                answer.onError(error);
                return;
            }
            answer.onNext(CreateTopicResponse.newBuilder()
                    .setTopic(Topic.newBuilder().setName(request.getName()))
                    .build());
            answer.onCompleted();
        }

        @Override
        public void deleteTopic(DeleteTopicRequest request, StreamObserver<DeleteTopicResponse> answer) {
            answer.onError(statusFor.call(deletions.incrementAndGet()));
        }

        @Override
        public void listTopics(ListTopicsRequest request, StreamObserver<ListTopicsResponse> answer) {
            boolean first = request.getPageToken().isEmpty();
            answer.onNext(ListTopicsResponse.newBuilder()
                    .addTopics(Topic.newBuilder().setName(first ? "a" : "b"))
                    .setNextPageToken(first ? "more" : "")
                    .build());
            answer.onCompleted();
        }
    }

    private KontikiException creationFailure() {
        return catchThrowableOfType(KontikiException.class, () -> admin.createTopic(NewTopic.named("t")));
    }

    @Test
    void passesOverABrokerThatIsDown() {
        assertThat(admin.createTopic(NewTopic.named("t")).name()).isEqualTo("t");
    }

    @Test
    void listsAllPages() {
        assertThat(admin.listTopics()).extracting(TopicInfo::name).containsExactly("a", "b");
    }

    @Test
    void tellsTheBrokersReasonAndMessage() {
        statusFor = n -> refusal(Code.ALREADY_EXISTS, "TOPIC_EXISTS", "topic t exists");

        var failure = creationFailure();

        assertThat(failure.reason()).isEqualTo(ErrorReason.TOPIC_EXISTS);
        assertThat(failure.retriable()).isFalse();
        assertThat(failure).hasMessageContaining("topic t exists");
        assertThat(creations).hasValue(1);
    }

    @Test
    void repeatsAChangeThatWasCertainlyNotMade() {
        statusFor = n -> n < 3 ? refusal(Code.UNAVAILABLE, "STARTING", "not yet") : null;

        assertThat(admin.createTopic(NewTopic.named("t")).name()).isEqualTo("t");
        assertThat(creations).hasValue(3);
    }

    /** The last attempt may end with the time, and would tell nothing of why. */
    @Test
    void whatBrokersToldIsNotHiddenByTheEndOfTheTime() {
        statusFor = n -> refusal(Code.UNAVAILABLE, "STARTING", "not yet");
        try (var hasty = Admin.builder()
                .bootstrapServers("127.0.0.1:" + server.getPort())
                .requestTimeout(Duration.ofMillis(700))
                .build()) {
            for (int i = 0; i < 3; i++) {
                var error = catchThrowableOfType(KontikiException.class, () -> hasty.createTopic(NewTopic.named("t")));

                assertThat(error).hasMessageContaining("not yet");
            }
        }
    }

    @Test
    void doesNotRepeatAChangeWithAnUnknownOutcome() {
        statusFor = n -> Status.UNAVAILABLE.withDescription("connection lost").asRuntimeException();

        var failure = catchThrowableOfType(KontikiException.class, () -> admin.deleteTopic("t"));

        assertThat(failure.reason()).isEqualTo(ErrorReason.DISCONNECTED);
        assertThat(failure.definite()).isFalse();
        assertThat(deletions).hasValue(1);
    }

    @Test
    void repeatsACreationUnderItsNumber() {
        statusFor = n -> n < 3 ? Status.UNAVAILABLE.withDescription("lost").asRuntimeException() : null;
        try (var patient = Admin.builder()
                .bootstrapServers("127.0.0.1:" + server.getPort())
                .build()) {
            assertThat(patient.createTopic(NewTopic.named("t")).name()).isEqualTo("t");
            patient.createTopic(NewTopic.named("u"));
        }

        assertThat(numbers).hasSize(4);
        assertThat(Set.copyOf(numbers.subList(0, 3))).hasSize(1);
        assertThat(numbers.get(3)).isNotEqualTo(numbers.get(0));
    }

    @Test
    void whatAnEarlierAttemptMayHaveMadeIsNotDenied() {
        statusFor = n -> n == 1
                ? Status.UNAVAILABLE.withDescription("lost").asRuntimeException()
                : refusal(Code.INVALID_ARGUMENT, "INVALID_PARTITIONS", "too many");

        var failure = creationFailure();

        assertThat(failure.reason()).isEqualTo(ErrorReason.INVALID_PARTITIONS);
        assertThat(failure.definite()).isFalse();
    }

    /** The last attempts have too little time left for an answer. */
    @Test
    void whatABrokerSaidCountsMoreThanThatTheTimeIsOver() {
        statusFor = n -> n > 3
                ? HANGS
                : refusal(Code.UNAVAILABLE, "QUORUM_UNAVAILABLE", "the metadata quorum did not answer in time");
        try (var hasty = hasty(server.getPort())) {
            var failure = catchThrowableOfType(KontikiException.class, () -> hasty.createTopic(NewTopic.named("t")));

            assertThat(failure.reason()).isEqualTo(ErrorReason.QUORUM_UNAVAILABLE);
            assertThat(failure).hasMessageContaining("the metadata quorum did not answer in time");
            assertThat(failure.definite()).isFalse();
        }
    }

    @Test
    void brokerThatKeepsSilentIsToldInPlainWords() {
        statusFor = n -> HANGS;
        try (var hasty = hasty(server.getPort())) {
            var failure = catchThrowableOfType(KontikiException.class, () -> hasty.createTopic(NewTopic.named("t")));

            assertThat(failure.reason()).isEqualTo(ErrorReason.TIMED_OUT);
            assertThat(failure).hasMessage("broker 127.0.0.1:" + server.getPort() + ": no answer within 1500 ms");
        }
    }

    @Test
    void addressThatNeverMakesAConnectionIsNoBroker() throws IOException {
        try (var mute = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
                var hasty = hasty(mute.getLocalPort())) {
            var failure = catchThrowableOfType(KontikiException.class, hasty::listTopics);

            assertThat(failure.reason()).isEqualTo(ErrorReason.NO_BROKER);
            assertThat(failure)
                    .hasMessageContaining("127.0.0.1:" + mute.getLocalPort() + " (no answer within 1500 ms)");
        }
    }

    /** Its attempts end with the time for the call, before the time for connections is over. */
    @Test
    void addressWhereNothingListensIsNoBrokerAlsoForTheHasty() throws IOException {
        try (var hasty = hasty(freePort())) {
            var failure = catchThrowableOfType(KontikiException.class, hasty::listTopics);

            assertThat(failure.reason()).isEqualTo(ErrorReason.NO_BROKER);
            assertThat(failure).hasMessageContaining("refused");
        }
    }

    private static Admin hasty(int port) {
        return Admin.builder()
                .bootstrapServers("127.0.0.1:" + port)
                .requestTimeout(Duration.ofMillis(1_500))
                .build();
    }

    @Test
    void namesTheAddressesWhenNobodyAnswers() {
        int port = server.getPort();
        server.shutdownNow();

        var failure = creationFailure();

        assertThat(failure.reason()).isEqualTo(ErrorReason.NO_BROKER);
        assertThat(failure).hasMessageContaining("127.0.0.1:" + port).hasMessageContaining("refused");
    }
}
