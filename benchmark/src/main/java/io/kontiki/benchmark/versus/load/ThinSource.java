package io.kontiki.benchmark.versus.load;

import io.grpc.ManagedChannel;
import io.grpc.stub.StreamObserver;
import io.kontiki.proto.v1.ConsumeCredits;
import io.kontiki.proto.v1.ConsumeRequest;
import io.kontiki.proto.v1.ConsumeResponse;
import io.kontiki.proto.v1.ConsumeServiceGrpc;
import io.kontiki.proto.v1.ConsumedRecord;
import io.kontiki.proto.v1.StartConsuming;
import io.kontiki.proto.v1.StartPosition;
import io.kontiki.proto.v1.Subscription;
import java.time.Duration;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/** A stream of the thin tier that consumes, alone in its group. */
final class ThinSource implements RecordSource {
    private final ManagedChannel channel;
    private final StreamObserver<ConsumeRequest> requests;
    /** Bounded by the credits. */
    private final BlockingQueue<ConsumeResponse> answers = new LinkedBlockingQueue<>();

    private volatile Throwable broken;

    /**
     * @param channel which it closes
     * @param credits records that may come before the first of them was polled
     */
    ThinSource(ManagedChannel channel, String group, Topic topic, int credits) {
        this.channel = channel;
        this.requests = ConsumeServiceGrpc.newStub(channel).consume(new Answers());
        requests.onNext(ConsumeRequest.newBuilder()
                .setStart(StartConsuming.newBuilder()
                        .setGroupId(group)
                        .setSubscription(Subscription.newBuilder().addTopics(topic.name()))
                        .setStart(StartPosition.newBuilder().setEarliest(true))
                        .setInitialCredits(credits))
                .build());
    }

    @Override
    public void poll(Duration wait, Consumer<byte[]> visitor) {
        ConsumeResponse answer = next(wait);
        int records = 0;
        for (; answer != null; answer = answers.poll()) {
            for (ConsumedRecord record : answer.getRecords().getRecordsList()) {
                visitor.accept(record.getValue().toByteArray());
                records++;
            }
        }
        if (records > 0) {
            requests.onNext(ConsumeRequest.newBuilder()
                    .setCredits(ConsumeCredits.newBuilder().setRecords(records))
                    .build());
        }
    }

    /** Null if nothing comes in that time. */
    private ConsumeResponse next(Duration wait) {
        try {
            ConsumeResponse answer = answers.poll(wait.toNanos(), TimeUnit.NANOSECONDS);
            if (answer == null && broken != null) {
                throw new IllegalStateException("the stream broke", broken);
            }
            return answer;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted", e);
        }
    }

    /** Leaves the group. */
    @Override
    public void close() {
        requests.onCompleted();
        channel.shutdown();
    }

    private final class Answers implements StreamObserver<ConsumeResponse> {
        @Override
        public void onNext(ConsumeResponse answer) {
            answers.add(answer);
        }

        @Override
        public void onError(Throwable cause) {
            broken = cause;
        }

        @Override
        public void onCompleted() {
            broken = new IllegalStateException("the broker ended it");
        }
    }
}
