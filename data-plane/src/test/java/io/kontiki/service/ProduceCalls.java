package io.kontiki.service;

import static org.awaitility.Awaitility.await;

import com.google.protobuf.ByteString;
import com.google.protobuf.UnsafeByteOperations;
import io.grpc.Channel;
import io.grpc.stub.StreamObserver;
import io.kontiki.proto.v1.Acks;
import io.kontiki.proto.v1.ErrorReason;
import io.kontiki.proto.v1.ProducePartition;
import io.kontiki.proto.v1.ProducePartitionResult;
import io.kontiki.proto.v1.ProduceRequest;
import io.kontiki.proto.v1.ProduceResponse;
import io.kontiki.proto.v1.ProduceServiceGrpc;
import io.kontiki.record.RecordBatchBuilder;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.List;

/** A produce stream on which a test sends one batch at a time and waits for its answer. */
final class ProduceCalls implements AutoCloseable {
    private final Answers<ProduceResponse> answers = new Answers<>();
    private final StreamObserver<ProduceRequest> out;
    private long correlationId;

    ProduceCalls(Channel broker) {
        out = ProduceServiceGrpc.newStub(broker).produce(answers);
    }

    /** A batch of one record without a key. */
    static ByteString batch(String value) {
        RecordBatchBuilder builder = new RecordBatchBuilder(1 << 20);
        builder.add(1_000, null, ByteBuffer.wrap(value.getBytes(StandardCharsets.UTF_8)), List.of());
        return UnsafeByteOperations.unsafeWrap(builder.build());
    }

    /** Sends until the partition is ready to judge the batch. */
    ProducePartitionResult append(String topic, int partition, Acks acks, ByteString records) {
        return await().until(
                        () -> appendOnce(topic, partition, acks, records),
                        result -> result.getError().getReason() != ErrorReason.ERROR_REASON_LEADER_UNKNOWN);
    }

    /** Sends once. */
    ProducePartitionResult appendOnce(String topic, int partition, Acks acks, ByteString records) {
        out.onNext(ProduceRequest.newBuilder()
                .setCorrelationId(++correlationId)
                .setAcks(acks)
                .setTimeoutMs(10_000)
                .addPartitions(ProducePartition.newBuilder()
                        .setTopic(topic)
                        .setPartition(partition)
                        .setRecords(records))
                .build());
        ProduceResponse response = answers.next();
        if (response.getCorrelationId() != correlationId) {
            throw new AssertionError("answer " + response.getCorrelationId() + " to request " + correlationId);
        }
        return response.getPartitions(0);
    }

    @Override
    public void close() {
        out.onCompleted();
    }
}
