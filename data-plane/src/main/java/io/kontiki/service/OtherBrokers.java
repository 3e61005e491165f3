package io.kontiki.service;

import io.grpc.ManagedChannel;
import io.grpc.StatusRuntimeException;
import io.grpc.stub.StreamObserver;
import io.kontiki.metadata.BrokerRegistration;
import io.kontiki.metadata.Endpoint;
import io.kontiki.metadata.MetadataImage;
import io.kontiki.proto.v1.ErrorReason;
import io.kontiki.proto.v1.LogServiceGrpc;
import io.kontiki.proto.v1.LogServiceGrpc.LogServiceStub;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.BiConsumer;
import java.util.function.Function;

/** Hands requests about a broker's logs on to that broker. Any thread. */
final class OtherBrokers {
    private static final long TIMEOUT_SECONDS = 10;

    private final Function<Endpoint, ManagedChannel> channels;

    OtherBrokers(Function<Endpoint, ManagedChannel> channels) {
        this.channels = channels;
    }

    /** @throws StatusRuntimeException if there is no such broker */
    <A> CompletableFuture<A> ask(
            MetadataImage image, int brokerId, BiConsumer<LogServiceStub, StreamObserver<A>> request) {
        Endpoint other = image.broker(brokerId)
                .map(BrokerRegistration::endpoint)
                .orElseThrow(() -> RequestLimits.refused(
                        ErrorReason.ERROR_REASON_INVALID_ARGUMENT,
                        "broker_id",
                        "broker_id " + brokerId + " is no registered broker"));
        UnaryCall<A> call = new UnaryCall<>();
        request.accept(
                LogServiceGrpc.newStub(channels.apply(other)).withDeadlineAfter(TIMEOUT_SECONDS, TimeUnit.SECONDS),
                call);
        return call.answer();
    }
}
