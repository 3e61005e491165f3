package io.kontiki.quickstart;

import com.google.protobuf.ByteString;
import io.grpc.ManagedChannel;
import io.grpc.ManagedChannelBuilder;
import io.grpc.stub.StreamObserver;
import io.kontiki.localcluster.BrokerProcess;
import io.kontiki.proto.v1.Acks;
import io.kontiki.proto.v1.FetchPartition;
import io.kontiki.proto.v1.FetchPartitionResult;
import io.kontiki.proto.v1.FetchRequest;
import io.kontiki.proto.v1.FetchResponse;
import io.kontiki.proto.v1.FetchServiceGrpc;
import io.kontiki.proto.v1.ProducePartition;
import io.kontiki.proto.v1.ProducePartitionResult;
import io.kontiki.proto.v1.ProduceRequest;
import io.kontiki.proto.v1.ProduceResponse;
import io.kontiki.proto.v1.ProduceServiceGrpc;
import io.kontiki.proto.v1.PublishServiceGrpc;
import io.kontiki.proto.v1.TopicServiceGrpc;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

/** The generated stubs and nothing of our client, which would not send what these tests send. */
final class RawClient implements AutoCloseable {
    private static final long TIMEOUT_SECONDS = 20;
    private static final int INBOUND_BYTES_MAX = 64 << 20;

    private final ManagedChannel channel;

    RawClient(BrokerProcess broker) {
        channel = ManagedChannelBuilder.forAddress("127.0.0.1", broker.port())
                .usePlaintext()
                .maxInboundMessageSize(INBOUND_BYTES_MAX)
                .build();
    }

    TopicServiceGrpc.TopicServiceBlockingStub topics() {
        return TopicServiceGrpc.newBlockingStub(channel).withDeadlineAfter(TIMEOUT_SECONDS, TimeUnit.SECONDS);
    }

    PublishServiceGrpc.PublishServiceBlockingStub publish() {
        return PublishServiceGrpc.newBlockingStub(channel).withDeadlineAfter(TIMEOUT_SECONDS, TimeUnit.SECONDS);
    }

    /** One batch, or whatever the bytes are, on a stream of its own. */
    ProducePartitionResult produce(String topic, int partition, ByteString records) {
        CompletableFuture<ProduceResponse> answer = new CompletableFuture<>();
        StreamObserver<ProduceRequest> requests = ProduceServiceGrpc.newStub(channel)
                .withDeadlineAfter(TIMEOUT_SECONDS, TimeUnit.SECONDS)
                .produce(new FirstAnswer<>(answer));
        requests.onNext(ProduceRequest.newBuilder()
                .setCorrelationId(1)
                .setAcks(Acks.ACKS_ALL)
                .addPartitions(ProducePartition.newBuilder()
                        .setTopic(topic)
                        .setPartition(partition)
                        .setRecords(records))
                .build());
        ProducePartitionResult result = answer.join().getPartitions(0);
        requests.onCompleted();
        return result;
    }

    FetchPartitionResult fetch(String topic, int partition, long offset) {
        CompletableFuture<FetchResponse> answer = new CompletableFuture<>();
        StreamObserver<FetchRequest> requests = FetchServiceGrpc.newStub(channel)
                .withDeadlineAfter(TIMEOUT_SECONDS, TimeUnit.SECONDS)
                .fetch(new FirstAnswer<>(answer));
        requests.onNext(FetchRequest.newBuilder()
                .setCorrelationId(1)
                .addPartitions(FetchPartition.newBuilder()
                        .setTopic(topic)
                        .setPartition(partition)
                        .setOffset(offset))
                .build());
        FetchPartitionResult result = answer.join().getPartitions(0);
        requests.onCompleted();
        return result;
    }

    @Override
    public void close() {
        channel.shutdownNow();
    }

    private record FirstAnswer<T>(CompletableFuture<T> answer) implements StreamObserver<T> {
        @Override
        public void onNext(T value) {
            answer.complete(value);
        }

        @Override
        public void onError(Throwable error) {
            answer.completeExceptionally(error);
        }

        @Override
        public void onCompleted() {
            answer.completeExceptionally(new IllegalStateException("the stream ended without an answer"));
        }
    }
}
