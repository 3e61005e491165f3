package io.kontiki.thin;

import io.grpc.ManagedChannel;
import io.grpc.Server;
import io.grpc.inprocess.InProcessChannelBuilder;
import io.grpc.inprocess.InProcessServerBuilder;
import io.grpc.stub.ClientCallStreamObserver;
import io.grpc.stub.ClientResponseObserver;
import io.kontiki.client.TopicPartition;
import io.kontiki.proto.v1.CommitConsumed;
import io.kontiki.proto.v1.ConsumeCredits;
import io.kontiki.proto.v1.ConsumePartitions;
import io.kontiki.proto.v1.ConsumeRequest;
import io.kontiki.proto.v1.ConsumeResponse;
import io.kontiki.proto.v1.ConsumeServiceGrpc;
import io.kontiki.proto.v1.StartConsuming;
import io.kontiki.proto.v1.Subscription;
import io.kontiki.proto.v1.TopicPartitions;
import java.io.IOException;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;

/** The consume service behind gRPC in this process; each stream gets a {@link FakeConsumer}. */
final class ConsumeFixture {
    static final int SECONDS_MAX = 30;

    /** Besides those that do pass. */
    volatile long secondsPassed;

    final List<FakeConsumer> consumers = new CopyOnWriteArrayList<>();
    final ConsumeGrpcService service;
    private final Server server;
    private final ManagedChannel channel;

    ConsumeFixture(int streamsMax) throws IOException {
        service = new ConsumeGrpcService(
                (start, listener) -> {
                    var consumer = new FakeConsumer(start, listener);
                    consumers.add(consumer);
                    return consumer;
                },
                new FakeErrors(),
                streamsMax,
                task -> {
                    var thread = new Thread(task, "consume");
                    thread.setDaemon(true);
                    return thread;
                },
                () -> System.nanoTime() + TimeUnit.SECONDS.toNanos(secondsPassed));
        var name = InProcessServerBuilder.generateName();
        server =
                InProcessServerBuilder.forName(name).addService(service).build().start();
        channel = InProcessChannelBuilder.forName(name).build();
    }

    Caller open(boolean reads) {
        var caller = new Caller(reads);
        ConsumeServiceGrpc.newStub(channel)
                .withDeadlineAfter(SECONDS_MAX, TimeUnit.SECONDS)
                .consume(caller);
        return caller;
    }

    static StartConsuming.Builder start() {
        return StartConsuming.newBuilder()
                .setGroupId("g")
                .setMemberId("m")
                .setSubscription(Subscription.newBuilder().addTopics("t"));
    }

    static ConsumePartitions named(TopicPartition... partitions) {
        var named = ConsumePartitions.newBuilder();
        for (var partition : partitions) {
            named.addTopics(
                    TopicPartitions.newBuilder().setTopic(partition.topic()).addPartitions(partition.partition()));
        }
        return named.build();
    }

    void close() throws InterruptedException {
        channel.shutdownNow().awaitTermination(SECONDS_MAX, TimeUnit.SECONDS);
        server.shutdownNow().awaitTermination(SECONDS_MAX, TimeUnit.SECONDS);
    }

    /** The caller's side of one stream. */
    static final class Caller implements ClientResponseObserver<ConsumeRequest, ConsumeResponse> {
        /** By one that does not read on: started, assigned, the first records. */
        private static final int MESSAGES_READ = 3;

        final List<ConsumeResponse> answers = new CopyOnWriteArrayList<>();
        final List<String> ends = new CopyOnWriteArrayList<>();
        private final boolean reads;
        ClientCallStreamObserver<ConsumeRequest> out;

        Caller(boolean reads) {
            this.reads = reads;
        }

        Caller start(StartConsuming.Builder start) {
            return say(ConsumeRequest.newBuilder().setStart(start));
        }

        Caller credits(int records) {
            return say(ConsumeRequest.newBuilder()
                    .setCredits(ConsumeCredits.newBuilder().setRecords(records)));
        }

        Caller commitAll() {
            return say(ConsumeRequest.newBuilder().setCommit(CommitConsumed.getDefaultInstance()));
        }

        Caller say(ConsumeRequest.Builder request) {
            out.onNext(request.build());
            return this;
        }

        /** Offsets that arrived, in their order. */
        List<Long> offsets(TopicPartition partition) {
            return answers.stream()
                    .map(ConsumeResponse::getRecords)
                    .filter(records -> records.getTopic().equals(partition.topic())
                            && records.getPartition() == partition.partition())
                    .flatMap(records -> records.getRecordsList().stream())
                    .map(record -> record.getOffset())
                    .toList();
        }

        long count(ConsumeResponse.ResponseCase kind) {
            return answers.stream()
                    .filter(answer -> answer.getResponseCase() == kind)
                    .count();
        }

        @Override
        public void beforeStart(ClientCallStreamObserver<ConsumeRequest> stream) {
            out = stream;
            if (!reads) {
                stream.disableAutoRequestWithInitial(MESSAGES_READ);
            }
        }

        @Override
        public void onNext(ConsumeResponse answer) {
            answers.add(answer);
        }

        @Override
        public void onError(Throwable failure) {
            ends.add(failure.toString());
        }

        @Override
        public void onCompleted() {
            ends.add("completed");
        }
    }
}
