package io.kontiki.benchmark.allocation;

import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.UnsafeByteOperations;
import io.kontiki.proto.v1.Acks;
import io.kontiki.proto.v1.ProducePartition;
import io.kontiki.proto.v1.ProduceRequest;
import io.kontiki.proto.v1.ProduceResponse;
import io.kontiki.proto.v1.ProduceServiceGrpc;
import java.util.concurrent.TimeUnit;

/** A producer of equal batches, acks=all, one at a time. Not thread-safe. */
final class Producing implements AutoCloseable {
    private static final long START_NANOS = TimeUnit.SECONDS.toNanos(30);

    private final LocalBrokers brokers;
    private final int records;
    private final byte[] request;
    private final BlockingCall call;
    private long firstOffset;
    private long acknowledged;

    /** @return once the partition takes batches */
    Producing(LocalBrokers brokers, int records) throws InvalidProtocolBufferException {
        this.brokers = brokers;
        this.records = records;
        this.request = ProduceRequest.newBuilder()
                .setAcks(Acks.ACKS_ALL)
                .addPartitions(ProducePartition.newBuilder()
                        .setTopic(LocalBrokers.TOPIC)
                        .setRecords(UnsafeByteOperations.unsafeWrap(EqualBatches.of(records))))
                .build()
                .toByteArray();
        this.call = new BlockingCall(brokers, ProduceServiceGrpc.getProduceMethod());
        awaitStart();
    }

    private void awaitStart() throws InvalidProtocolBufferException {
        long begun = System.nanoTime();
        ProduceResponse response = ProduceResponse.parseFrom(call.ask(request).copy());
        while (response.getPartitions(0).hasError()) {
            if (System.nanoTime() - begun > START_NANOS) {
                throw new IllegalStateException("the first batch is refused: " + response);
            }
            Thread.onSpinWait();
            response = ProduceResponse.parseFrom(call.ask(request).copy());
        }
        firstOffset = response.getPartitions(0).getBaseOffset();
        acknowledged = firstOffset + records;
    }

    /** Offset of the first record, which need not be 0: the leader's epoch begins with a batch of its own. */
    long firstOffset() {
        return firstOffset;
    }

    /** @return bytes of the answer */
    int produce() {
        int answer = call.ask(request).size();
        acknowledged += records;
        return answer;
    }

    /** @throws IllegalStateException if a replica has not every record since the start: then one was refused */
    @Override
    public void close() {
        call.close();
        long end = brokers.logEndOffset();
        if (end != acknowledged) {
            throw new IllegalStateException("the logs end at " + end + ", not at " + acknowledged);
        }
    }
}
