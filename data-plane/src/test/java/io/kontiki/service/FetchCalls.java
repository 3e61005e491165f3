package io.kontiki.service;

import io.grpc.Channel;
import io.grpc.stub.StreamObserver;
import io.kontiki.proto.v1.FetchPartition;
import io.kontiki.proto.v1.FetchPartitionResult;
import io.kontiki.proto.v1.FetchRequest;
import io.kontiki.proto.v1.FetchResponse;
import io.kontiki.proto.v1.FetchServiceGrpc;
import io.kontiki.proto.v1.ListOffsetsPartition;
import io.kontiki.proto.v1.ListOffsetsPartitionResult;
import io.kontiki.proto.v1.ListOffsetsRequest;
import io.kontiki.proto.v1.OffsetSpec;
import io.kontiki.record.Record;
import io.kontiki.record.RecordBatch;
import io.kontiki.record.RecordBatches;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/** A fetch stream, and look-ups of offsets. */
final class FetchCalls implements AutoCloseable {
    private final Answers<FetchResponse> answers = new Answers<>();
    private final StreamObserver<FetchRequest> out;

    FetchCalls(Channel broker) {
        out = FetchServiceGrpc.newStub(broker).fetch(answers);
    }

    void send(String topic, int partition, long offset, int maxWaitMillis) {
        send(
                FetchPartition.newBuilder()
                        .setTopic(topic)
                        .setPartition(partition)
                        .setOffset(offset)
                        .build(),
                maxWaitMillis);
    }

    void send(FetchPartition wanted, int maxWaitMillis) {
        out.onNext(FetchRequest.newBuilder()
                .setMaxWaitMs(maxWaitMillis)
                .addPartitions(wanted)
                .build());
    }

    FetchPartitionResult next() {
        return answers.next().getPartitions(0);
    }

    /** Values of the records from {@code offset} on in the next answer. */
    List<String> nextValues(long offset) {
        FetchPartitionResult result = next();
        if (result.hasError()) {
            throw new AssertionError(result.getError().toString());
        }
        List<String> values = new ArrayList<>();
        for (RecordBatch batch : RecordBatches.of(result.getRecords().asReadOnlyByteBuffer())) {
            if (!batch.isControl()) {
                for (Record record : batch) {
                    if (record.offset() >= offset) {
                        values.add(StandardCharsets.UTF_8.decode(record.value()).toString());
                    }
                }
            }
        }
        return values;
    }

    /** Values of all committed records from {@code offset} on, as one fetch returns them. */
    List<String> values(String topic, int partition, long offset) {
        send(topic, partition, offset, 0);
        return nextValues(offset);
    }

    /** Values of all committed records, in as many fetches as it takes. */
    List<String> allValues(String topic, int partition) {
        List<String> values = new ArrayList<>();
        long offset = 0;
        long end;
        do {
            send(topic, partition, offset, 0);
            FetchPartitionResult result = answers.next().getPartitions(0);
            if (result.hasError()) {
                throw new AssertionError(result.getError().toString());
            }
            end = result.getHighWatermark();
            for (RecordBatch batch : RecordBatches.of(result.getRecords().asReadOnlyByteBuffer())) {
                offset = batch.lastOffset() + 1;
                if (!batch.isControl()) {
                    batch.forEach(record -> values.add(
                            StandardCharsets.UTF_8.decode(record.value()).toString()));
                }
            }
        } while (offset < end);
        return values;
    }

    static ListOffsetsPartitionResult listOffset(Channel broker, String topic, int partition, OffsetSpec spec) {
        return listOffset(
                broker,
                ListOffsetsPartition.newBuilder()
                        .setTopic(topic)
                        .setPartition(partition)
                        .setSpec(spec));
    }

    static ListOffsetsPartitionResult listOffset(Channel broker, ListOffsetsPartition.Builder wanted) {
        return FetchServiceGrpc.newBlockingStub(broker)
                .listOffsets(
                        ListOffsetsRequest.newBuilder().addPartitions(wanted).build())
                .getPartitions(0);
    }

    @Override
    public void close() {
        out.onCompleted();
    }
}
