package io.kontiki.thin;

import com.google.protobuf.ByteString;
import io.grpc.ManagedChannel;
import io.grpc.Server;
import io.grpc.inprocess.InProcessChannelBuilder;
import io.grpc.inprocess.InProcessServerBuilder;
import io.kontiki.proto.v1.PublishRecord;
import io.kontiki.proto.v1.PublishRequest;
import io.kontiki.proto.v1.PublishServiceGrpc;
import io.kontiki.thin.TopicShapes.TopicShape;
import java.io.IOException;
import java.util.Optional;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;

/** The publish service behind gRPC in this process, with a topic "t" of 4 partitions and batches of at most 5000 bytes. */
final class PublishFixture {
    static final int SECONDS_MAX = 30;
    private static final int THREADS = 2;

    final FakeSender sender = new FakeSender();
    final PublishBudget budget;
    private final ExecutorService threads = Executors.newFixedThreadPool(THREADS);
    private final Server server;
    private final ManagedChannel channel;

    PublishFixture(long budgetBytes) throws IOException {
        budget = new PublishBudget(budgetBytes);
        var publisher = new Publisher(
                sender, name -> name.equals("t") ? Optional.of(new TopicShape(4, 5000)) : Optional.empty());
        var name = InProcessServerBuilder.generateName();
        server = InProcessServerBuilder.forName(name)
                .addService(new PublishGrpcService(publisher, budget, new FakeErrors(), threads))
                .build()
                .start();
        channel = InProcessChannelBuilder.forName(name).build();
    }

    PublishServiceGrpc.PublishServiceBlockingStub blocking() {
        return PublishServiceGrpc.newBlockingStub(channel).withDeadlineAfter(SECONDS_MAX, TimeUnit.SECONDS);
    }

    PublishServiceGrpc.PublishServiceFutureStub future() {
        return PublishServiceGrpc.newFutureStub(channel).withDeadlineAfter(SECONDS_MAX, TimeUnit.SECONDS);
    }

    PublishServiceGrpc.PublishServiceStub stub() {
        return PublishServiceGrpc.newStub(channel).withDeadlineAfter(SECONDS_MAX, TimeUnit.SECONDS);
    }

    void stopThreads() {
        threads.shutdown();
    }

    static PublishRequest request(PublishRecord... records) {
        var request = PublishRequest.newBuilder().setTopic("t");
        for (var record : records) {
            request.addRecords(record);
        }
        return request.build();
    }

    static PublishRecord value(String value) {
        return PublishRecord.newBuilder()
                .setValue(ByteString.copyFromUtf8(value))
                .build();
    }

    void close() throws InterruptedException {
        channel.shutdownNow().awaitTermination(SECONDS_MAX, TimeUnit.SECONDS);
        server.shutdownNow().awaitTermination(SECONDS_MAX, TimeUnit.SECONDS);
        threads.shutdownNow();
    }
}
