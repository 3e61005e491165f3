package io.kontiki.service;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.grpc.ManagedChannel;
import io.grpc.Server;
import io.grpc.Status;
import io.grpc.inprocess.InProcessChannelBuilder;
import io.grpc.inprocess.InProcessServerBuilder;
import io.grpc.stub.StreamObserver;
import io.kontiki.proto.v1.DeleteGroupRequest;
import io.kontiki.proto.v1.DeleteGroupResponse;
import io.kontiki.proto.v1.GroupServiceGrpc;
import java.io.IOException;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class UnaryRelaysTest {
    private final Deque<StreamObserver<DeleteGroupResponse>> waiting = new ArrayDeque<>();
    private Server server;
    private ManagedChannel channel;

    /** A broker that takes calls, and answers when it is told to. */
    private final class Hanging extends GroupServiceGrpc.GroupServiceImplBase {
        @Override
        public void deleteGroup(DeleteGroupRequest request, StreamObserver<DeleteGroupResponse> answer) {
            waiting.add(answer);
        }
    }

    @BeforeEach
    void start() throws IOException {
        var name = UUID.randomUUID().toString();
        server = InProcessServerBuilder.forName(name)
                .directExecutor()
                .addService(new Hanging())
                .build()
                .start();
        channel = InProcessChannelBuilder.forName(name).directExecutor().build();
    }

    @AfterEach
    void stop() {
        channel.shutdownNow();
        server.shutdownNow();
    }

    private CompletableFuture<DeleteGroupResponse> send(UnaryRelays relays, int brokerId, String group) {
        var answer = new UnaryCall<DeleteGroupResponse>();
        relays.send(
                new GroupRouter.There(brokerId, channel),
                GroupServiceGrpc.getDeleteGroupMethod(),
                DeleteGroupRequest.newBuilder().setGroupId(group).build(),
                answer);
        return answer.answer();
    }

    private void answerOne() {
        var call = waiting.remove();
        call.onNext(DeleteGroupResponse.getDefaultInstance());
        call.onCompleted();
    }

    @Test
    void aBrokerThatHangsGathersNoMoreCallsThanItMay() {
        var relays = new UnaryRelays(2, 1000);
        var first = send(relays, 7, "g");
        var second = send(relays, 7, "g");

        assertThatThrownBy(() -> send(relays, 7, "g"))
                .matches(failure -> Status.fromThrowable(failure).getCode() == Status.Code.RESOURCE_EXHAUSTED)
                .hasMessageContaining("2 calls about groups are on their way to broker 7, at most 2 are allowed");
        assertThat(send(relays, 8, "g")).isNotDone();
        answerOne();
        assertThat(first).isCompleted();
        assertThat(second).isNotDone();
        assertThat(send(relays, 7, "g")).isNotDone();
    }

    @Test
    void callsThatFailMakeRoomToo() {
        var relays = new UnaryRelays(1, 1000);
        var first = send(relays, 7, "g");
        waiting.remove().onError(Status.UNAVAILABLE.asRuntimeException());

        assertThat(first).isCompletedExceptionally();
        assertThat(send(relays, 7, "g")).isNotDone();
    }

    @Test
    void requestsMayNotBeLargerInAll() {
        var relays = new UnaryRelays(10, 100);
        send(relays, 7, "g".repeat(150));
        assertThatThrownBy(() -> send(relays, 7, "g"))
                .matches(failure -> Status.fromThrowable(failure).getCode() == Status.Code.RESOURCE_EXHAUSTED)
                .hasMessageContaining("bytes are on their way to broker 7, at most 100 are allowed");
        answerOne();
        send(relays, 7, "g".repeat(50));
        send(relays, 7, "g".repeat(40));
        assertThat(waiting).hasSize(2);
    }
}
