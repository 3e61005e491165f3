package io.kontiki.service;

import io.grpc.Channel;
import io.grpc.ManagedChannel;
import io.grpc.StatusRuntimeException;
import io.grpc.stub.AbstractStub;
import io.grpc.stub.StreamObserver;
import io.kontiki.metadata.BrokerRegistration;
import io.kontiki.metadata.Endpoint;
import io.kontiki.metadata.MetadataImage;
import io.kontiki.proto.v1.ErrorReason;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.BiConsumer;
import java.util.function.Function;

/**
 * Hands requests about a broker on to that broker. One that was handed on is not handed on again, or brokers of which one
 * is registered with the address of another would do so for ever. Any thread.
 *
 * @param <S> the stub of the service that is asked
 */
final class OtherBrokers<S extends AbstractStub<S>> {
    private static final long TIMEOUT_SECONDS = 10;

    private final Function<Endpoint, ManagedChannel> channels;
    private final Function<Channel, S> stubs;

    OtherBrokers(Function<Endpoint, ManagedChannel> channels, Function<Channel, S> stubs) {
        this.channels = channels;
        this.stubs = stubs;
    }

    /**
     * In the context of the call.
     *
     * @throws StatusRuntimeException if there is no such broker, or the call was handed on to this one
     */
    <A> CompletableFuture<A> ask(MetadataImage image, int brokerId, BiConsumer<S, StreamObserver<A>> request) {
        Endpoint other = image.broker(brokerId)
                .map(BrokerRegistration::endpoint)
                .orElseThrow(() -> RequestLimits.refused(
                        ErrorReason.ERROR_REASON_INVALID_ARGUMENT,
                        "broker_id",
                        "broker_id " + brokerId + " is no registered broker"));
        var origin = CallOrigin.current();
        if (origin.relayed()) {
            throw RequestLimits.refused(
                    ErrorReason.ERROR_REASON_INVALID_ARGUMENT,
                    "broker_id",
                    "broker_id " + brokerId + " is registered at " + other + ", where another broker answers");
        }
        UnaryCall<A> call = new UnaryCall<>();
        request.accept(
                stubs.apply(origin.marked(channels.apply(other))).withDeadlineAfter(TIMEOUT_SECONDS, TimeUnit.SECONDS),
                call);
        return call.answer();
    }
}
