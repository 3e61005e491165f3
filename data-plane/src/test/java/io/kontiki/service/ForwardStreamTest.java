package io.kontiki.service;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import io.grpc.ManagedChannel;
import io.grpc.Server;
import io.grpc.Status;
import io.grpc.inprocess.InProcessChannelBuilder;
import io.grpc.inprocess.InProcessServerBuilder;
import io.grpc.stub.StreamObserver;
import io.kontiki.partition.ProduceOutcome;
import io.kontiki.proto.v1.ErrorReason;
import io.kontiki.proto.v1.ProduceRequest;
import io.kontiki.proto.v1.ProduceResponse;
import io.kontiki.proto.v1.ProduceServiceGrpc;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** A leader's broker that takes what is forwarded to it, and dies before it answers. */
class ForwardStreamTest {
    private static final int SECONDS_MAX = 30;

    private final AtomicInteger taken = new AtomicInteger();
    private Server leader;
    private ManagedChannel channel;

    @BeforeEach
    void start() throws Exception {
        String name = InProcessServerBuilder.generateName();
        leader = InProcessServerBuilder.forName(name)
                .addService(new DyingLeader())
                .build()
                .start();
        channel = InProcessChannelBuilder.forName(name).build();
    }

    @AfterEach
    void stop() throws InterruptedException {
        channel.shutdownNow().awaitTermination(SECONDS_MAX, TimeUnit.SECONDS);
        leader.shutdownNow().awaitTermination(SECONDS_MAX, TimeUnit.SECONDS);
    }

    /** Rule D10: sent again, the record could be there twice; told as not written, its sender would send it again. */
    @Test
    void outcomeIsUnknownIfTheLeaderDiesBeforeItAnswers() throws Exception {
        ForwardStream stream = new ForwardStream(channel);
        ProduceOutcome outcome =
                stream.append("t", 0, ByteString.copyFromUtf8("batch"), 1_000).get(SECONDS_MAX, TimeUnit.SECONDS);

        assertThat(outcome)
                .isInstanceOfSatisfying(
                        ProduceOutcome.Refused.class,
                        refused -> assertThat(refused.reason()).isEqualTo(ErrorReason.ERROR_REASON_OUTCOME_UNKNOWN));
        assertThat(taken).hasValue(1);
        assertThat(stream.isBroken()).isTrue();
    }

    private final class DyingLeader extends ProduceServiceGrpc.ProduceServiceImplBase {
        @Override
        public StreamObserver<ProduceRequest> produce(StreamObserver<ProduceResponse> answers) {
            return new StreamObserver<>() {
                @Override
                public void onNext(ProduceRequest request) {
                    taken.incrementAndGet();
                    answers.onError(Status.UNAVAILABLE.asRuntimeException());
                }

                @Override
                public void onError(Throwable cause) {}

                @Override
                public void onCompleted() {}
            };
        }
    }
}
