package io.kontiki.broker;

import io.grpc.ForwardingServerCall.SimpleForwardingServerCall;
import io.grpc.Metadata;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.ServerInterceptor;

/** Tells in the headers of every answer which broker gave it: behind a load balancer, nobody else knows. */
final class BrokerIdInterceptor implements ServerInterceptor {
    static final Metadata.Key<String> BROKER_ID =
            Metadata.Key.of("kontiki-broker-id", Metadata.ASCII_STRING_MARSHALLER);

    private final String brokerId;

    BrokerIdInterceptor(int brokerId) {
        this.brokerId = Integer.toString(brokerId);
    }

    @Override
    public <Q, A> ServerCall.Listener<Q> interceptCall(
            ServerCall<Q, A> call, Metadata headers, ServerCallHandler<Q, A> next) {
        return next.startCall(
                new SimpleForwardingServerCall<>(call) {
                    @Override
                    public void sendHeaders(Metadata answer) {
                        answer.put(BROKER_ID, brokerId);
                        super.sendHeaders(answer);
                    }
                },
                headers);
    }
}
