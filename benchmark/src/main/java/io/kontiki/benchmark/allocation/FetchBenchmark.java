package io.kontiki.benchmark.allocation;

import io.grpc.MethodDescriptor;
import io.kontiki.proto.AliasingMarshaller;
import io.kontiki.proto.RecordBytes;
import io.kontiki.proto.v1.FetchPartition;
import io.kontiki.proto.v1.FetchRequest;
import io.kontiki.proto.v1.FetchResponse;
import io.kontiki.proto.v1.FetchServiceGrpc;
import io.kontiki.record.Record;
import io.kontiki.record.RecordBatch;
import io.kontiki.record.RecordBatches;
import java.io.IOException;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;

/** One batch from the arrival of a request for it until its bytes have left; and what a client makes of those. */
@State(Scope.Benchmark)
public class FetchBenchmark {
    private static final int BATCHES = 200;
    private static final MethodDescriptor<FetchRequest, FetchResponse> CLIENTS =
            AliasingMarshaller.forResponses(FetchServiceGrpc.getFetchMethod());

    @Param({"1", "10", "100", "1000"})
    public int records;

    private final byte[][] requests = new byte[BATCHES][];
    private LocalBrokers brokers;
    private BlockingCall call;
    private byte[] answer;
    private int next;

    @Setup
    public void open() throws IOException {
        brokers = new LocalBrokers(AllocationBenchmarks.directory(), 1);
        try (Producing producing = new Producing(brokers, records)) {
            for (int i = 0; i < BATCHES; i++) {
                requests[i] = request(producing.firstOffset() + (long) i * records);
                producing.produce();
            }
        }
        call = new BlockingCall(brokers, FetchServiceGrpc.getFetchMethod());
        fetch();
        answer = call.ask(requests[0]).copy();
        if (client() != records) {
            throw new IllegalStateException("not one batch of " + records + " records is fetched at a time");
        }
    }

    private static byte[] request(long offset) {
        return FetchRequest.newBuilder()
                .addPartitions(FetchPartition.newBuilder()
                        .setTopic(LocalBrokers.TOPIC)
                        .setOffset(offset)
                        .setMaxBytes(EqualBatches.BYTES))
                .build()
                .toByteArray();
    }

    @Benchmark
    public int fetch() {
        WireBytes fetched = call.ask(requests[next]);
        next = (next + 1) % BATCHES;
        if (fetched.size() < EqualBatches.BYTES - 16) {
            throw new IllegalStateException("an answer without a batch: " + CLIENTS.parseResponse(fetched.input()));
        }
        return fetched.size();
    }

    /** The answer is parsed as the Java client does it, and its records are read. */
    @Benchmark
    public int client() {
        FetchResponse response = CLIENTS.parseResponse(WireBytes.input(answer));
        int read = 0;
        for (RecordBatch batch :
                RecordBatches.of(RecordBytes.of(response.getPartitions(0).getRecords()))) {
            batch.ensureValidChecksum();
            for (Record record : batch) {
                read += record.hasValue() ? 1 : 0;
            }
        }
        return read;
    }

    @TearDown
    public void close() {
        call.close();
        brokers.close();
    }
}
