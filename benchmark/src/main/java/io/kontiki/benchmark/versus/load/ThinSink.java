package io.kontiki.benchmark.versus.load;

import com.google.protobuf.UnsafeByteOperations;
import io.grpc.ManagedChannel;
import io.grpc.stub.StreamObserver;
import io.kontiki.proto.v1.PublishRecord;
import io.kontiki.proto.v1.PublishRequest;
import io.kontiki.proto.v1.PublishServiceGrpc;
import io.kontiki.proto.v1.PublishStreamRequest;
import io.kontiki.proto.v1.PublishStreamResponse;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Semaphore;
import java.util.function.Consumer;

/** A stream of the thin tier that publishes: records gather in a request until it is as large as a batch. */
final class ThinSink implements RecordSink {
    /** Requests without an answer: as many as keep client and broker busy. */
    private static final int UNDER_WAY_MAX = 16;

    private final ManagedChannel channel;
    private final int requestBytes;
    private final StreamObserver<PublishStreamRequest> requests;
    private final Semaphore room = new Semaphore(UNDER_WAY_MAX);
    private final Map<Long, List<Consumer<Throwable>>> underWay = new ConcurrentHashMap<>();
    private volatile Throwable broken;
    private long lastId;
    private PublishRequest.Builder next = PublishRequest.newBuilder();
    private List<Consumer<Throwable>> nextOutcomes = new ArrayList<>();
    private int nextBytes;

    /** @param channel which it closes */
    ThinSink(ManagedChannel channel, int requestBytes) {
        this.channel = channel;
        this.requestBytes = requestBytes;
        this.requests = PublishServiceGrpc.newStub(channel).publishStream(new Answers());
    }

    @Override
    public void send(String topic, byte[] value, Consumer<Throwable> outcome) {
        add(topic, PublishRecord.newBuilder(), value, outcome);
    }

    @Override
    public void send(String topic, int partition, byte[] value, Consumer<Throwable> outcome) {
        add(topic, PublishRecord.newBuilder().setPartition(partition), value, outcome);
    }

    private void add(String topic, PublishRecord.Builder record, byte[] value, Consumer<Throwable> outcome) {
        if (nextBytes > 0 && (nextBytes + value.length > requestBytes || !topic.equals(next.getTopic()))) {
            sendNext();
        }
        next.setTopic(topic).addRecords(record.setValue(UnsafeByteOperations.unsafeWrap(value)));
        nextOutcomes.add(outcome);
        nextBytes += value.length;
    }

    private void sendNext() {
        room.acquireUninterruptibly();
        underWay.put(++lastId, nextOutcomes);
        if (broken != null) {
            failAll(broken);
        } else {
            requests.onNext(PublishStreamRequest.newBuilder()
                    .setCorrelationId(lastId)
                    .setPublish(next)
                    .build());
        }
        next = PublishRequest.newBuilder();
        nextOutcomes = new ArrayList<>();
        nextBytes = 0;
    }

    @Override
    public void flush() {
        if (nextBytes > 0) {
            sendNext();
        }
        room.acquireUninterruptibly(UNDER_WAY_MAX);
        room.release(UNDER_WAY_MAX);
    }

    private void failAll(Throwable cause) {
        for (Long id : underWay.keySet()) {
            tell(id, cause);
        }
    }

    private void tell(long id, Throwable failure) {
        List<Consumer<Throwable>> outcomes = underWay.remove(id);
        if (outcomes != null) {
            outcomes.forEach(outcome -> outcome.accept(failure));
            room.release();
        }
    }

    @Override
    public void close() {
        requests.onCompleted();
        channel.shutdown();
    }

    private final class Answers implements StreamObserver<PublishStreamResponse> {
        @Override
        public void onNext(PublishStreamResponse answer) {
            tell(
                    answer.getCorrelationId(),
                    answer.hasError()
                            ? new IllegalStateException(answer.getError().toString())
                            : null);
        }

        @Override
        public void onError(Throwable cause) {
            broken = cause;
            failAll(cause);
        }

        @Override
        public void onCompleted() {
            onError(new IllegalStateException("the broker ended the stream"));
        }
    }
}
