package io.kontiki.benchmark.group;

import io.grpc.ManagedChannel;
import io.grpc.netty.shaded.io.grpc.netty.NettyChannelBuilder;
import io.grpc.stub.ClientCallStreamObserver;
import io.grpc.stub.ClientResponseObserver;
import io.kontiki.proto.v1.ConsumeCredits;
import io.kontiki.proto.v1.ConsumeRequest;
import io.kontiki.proto.v1.ConsumeResponse;
import io.kontiki.proto.v1.ConsumeServiceGrpc;
import io.kontiki.proto.v1.ConsumedRecords;
import io.kontiki.proto.v1.StartConsuming;
import io.kontiki.proto.v1.StartPosition;
import io.kontiki.proto.v1.Subscription;

/** A stream of the thin tier, alone in its group. Thread-safe. */
final class StreamReader implements SlowReader, ClientResponseObserver<ConsumeRequest, ConsumeResponse> {
    /** How it stops. */
    enum Way {
        /** It reads what comes, and allows no more. */
        NO_CREDITS("gives no credits", 1000),
        /** It has allowed as much as can be allowed, and does not read from its connection. */
        NO_READING("does not read its socket", 1_000_000);

        private final String text;
        private final int credits;

        Way(String text, int credits) {
            this.text = text;
            this.credits = credits;
        }
    }

    private final Way way;
    private final SequenceCheck check;
    private final ManagedChannel channel;
    private ClientCallStreamObserver<ConsumeRequest> out;
    private boolean stopped;
    /** Credits and messages that it owes. */
    private int credits;

    private int messages;
    private Throwable failure;

    StreamReader(Way way, String endpoint, String topic, int partitions) {
        this.way = way;
        this.check = new SequenceCheck(partitions);
        this.channel = NettyChannelBuilder.forTarget(endpoint).usePlaintext().build();
        ConsumeServiceGrpc.newStub(channel).consume(this);
        send(ConsumeRequest.newBuilder()
                .setStart(StartConsuming.newBuilder()
                        .setGroupId(way.name().toLowerCase(java.util.Locale.ROOT))
                        .setSubscription(Subscription.newBuilder().addTopics(topic))
                        .setStart(StartPosition.newBuilder().setEarliest(true))
                        .setInitialCredits(way.credits)));
    }

    private synchronized void send(ConsumeRequest.Builder request) {
        out.onNext(request.build());
    }

    @Override
    public synchronized void beforeStart(ClientCallStreamObserver<ConsumeRequest> stream) {
        out = stream;
        out.disableAutoRequestWithInitial(1);
    }

    @Override
    public synchronized void onNext(ConsumeResponse answer) {
        messages++;
        if (answer.hasRecords()) {
            ConsumedRecords records = answer.getRecords();
            records.getRecordsList().forEach(record -> check.read(records.getPartition(), record.getOffset()));
            credits += records.getRecordsCount();
        }
        if (!stopped) {
            allow();
        } else if (way == Way.NO_CREDITS) {
            allowMessages();
        }
    }

    private void allow() {
        if (credits > 0) {
            send(ConsumeRequest.newBuilder()
                    .setCredits(ConsumeCredits.newBuilder().setRecords(credits)));
            credits = 0;
        }
        allowMessages();
    }

    private void allowMessages() {
        if (messages > 0) {
            out.request(messages);
            messages = 0;
        }
    }

    @Override
    public synchronized void onError(Throwable cause) {
        failure = cause;
    }

    @Override
    public synchronized void onCompleted() {
        failure = new IllegalStateException("the broker ended the stream");
    }

    @Override
    public String name() {
        return "stream, " + way.text;
    }

    @Override
    public synchronized void stop() {
        stopped = true;
    }

    @Override
    public synchronized void goOn() {
        stopped = false;
        allow();
    }

    @Override
    public synchronized SequenceCheck check() {
        if (failure != null) {
            throw new IllegalStateException(name() + ": the stream broke", failure);
        }
        return check;
    }

    @Override
    public void close() {
        channel.shutdownNow();
    }
}
