package io.kontiki.service;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.grpc.Status;
import io.kontiki.metadata.LocalMetadata;
import io.kontiki.proto.v1.FetchServiceGrpc;
import io.kontiki.proto.v1.ListOffsetsPartition;
import io.kontiki.proto.v1.ListOffsetsRequest;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** What nobody foresaw happens on a reader thread: the defect of this broker is that it has not even partitions. */
class ReadDefectTest {
    private final ScheduledExecutorService readers = Executors.newScheduledThreadPool(1);
    private final LocalMetadata metadata = new LocalMetadata(fault -> {});
    private final ServiceFixture service =
            new ServiceFixture(new FetchGrpcService(null, metadata, readers, 1 << 20, new ReadChunks()));

    @AfterEach
    void stop() {
        service.close();
        readers.shutdownNow();
    }

    @Test
    void lookUpOfOffsetsIsAnswered() {
        var request = ListOffsetsRequest.newBuilder()
                .addPartitions(ListOffsetsPartition.getDefaultInstance())
                .build();
        var calls = FetchServiceGrpc.newBlockingStub(service.channel()).withDeadlineAfter(20, TimeUnit.SECONDS);
        assertThatThrownBy(() -> calls.listOffsets(request)).satisfies(ReadDefectTest::isInternal);
    }

    @Test
    void fetchIsAnswered() {
        try (FetchCalls calls = new FetchCalls(service.channel())) {
            calls.send("t", 0, 0, 0);
            assertThatThrownBy(calls::next)
                    .hasMessage("the stream ended")
                    .satisfies(ended -> isInternal(ended.getCause()));
        }
    }

    private static void isInternal(Throwable failure) {
        assertThat(Status.fromThrowable(failure).getCode()).isEqualTo(Status.Code.INTERNAL);
    }
}
