package io.kontiki.broker;

import io.grpc.ForwardingServerCall.SimpleForwardingServerCall;
import io.grpc.Metadata;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.ServerInterceptor;
import java.util.UUID;

/**
 * Tells in the headers of every answer which broker gave it, and in which run: behind a load balancer, nobody else knows, and
 * whoever hears late of a restart must tell a connection to the present run from one to the last. Thread-safe.
 */
final class RunInterceptor implements ServerInterceptor {
    static final Metadata.Key<String> BROKER_ID = key("kontiki-broker-id");
    /** For clients, which know runs by their number; only once the broker is registered. */
    static final Metadata.Key<String> BROKER_EPOCH = key("kontiki-broker-epoch");
    /** For other brokers, from the first answer on. */
    static final Metadata.Key<String> INCARNATION = key("kontiki-incarnation");

    private final String brokerId;
    private final String incarnation;
    private volatile String brokerEpoch;

    RunInterceptor(int brokerId, UUID incarnation) {
        this.brokerId = Integer.toString(brokerId);
        this.incarnation = incarnation.toString();
    }

    private static Metadata.Key<String> key(String name) {
        return Metadata.Key.of(name, Metadata.ASCII_STRING_MARSHALLER);
    }

    /** The quorum knows this run, by this number. */
    void onRegistered(long epoch) {
        brokerEpoch = Long.toString(epoch);
    }

    @Override
    public <Q, A> ServerCall.Listener<Q> interceptCall(
            ServerCall<Q, A> call, Metadata headers, ServerCallHandler<Q, A> next) {
        return next.startCall(
                new SimpleForwardingServerCall<>(call) {
                    @Override
                    public void sendHeaders(Metadata answer) {
                        answer.put(BROKER_ID, brokerId);
                        answer.put(INCARNATION, incarnation);
                        var epoch = brokerEpoch;
                        if (epoch != null) {
                            answer.put(BROKER_EPOCH, epoch);
                        }
                        super.sendHeaders(answer);
                    }
                },
                headers);
    }
}
