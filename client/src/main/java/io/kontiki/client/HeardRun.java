package io.kontiki.client;

import io.grpc.CallOptions;
import io.grpc.Channel;
import io.grpc.ClientCall;
import io.grpc.ClientInterceptor;
import io.grpc.ForwardingClientCall.SimpleForwardingClientCall;
import io.grpc.ForwardingClientCallListener.SimpleForwardingClientCallListener;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Which run of its broker answers on a channel, as the headers of answers tell. A channel stays the same when its connection
 * is made anew, so when it was opened says nothing. Thread-safe.
 */
final class HeardRun implements ClientInterceptor {
    /** Number of the run, as {@link BrokerInfo#epoch} has it. Brokers tell it once they are registered. */
    static final Metadata.Key<String> BROKER_EPOCH =
            Metadata.Key.of("kontiki-broker-epoch", Metadata.ASCII_STRING_MARSHALLER);

    private final AtomicLong newest = new AtomicLong();

    /** The newest that was heard of; 0 for none. */
    long epoch() {
        return newest.get();
    }

    @Override
    public <Q, A> ClientCall<Q, A> interceptCall(MethodDescriptor<Q, A> method, CallOptions options, Channel next) {
        return new SimpleForwardingClientCall<>(next.newCall(method, options)) {
            @Override
            public void start(Listener<A> listener, Metadata headers) {
                super.start(
                        new SimpleForwardingClientCallListener<>(listener) {
                            @Override
                            public void onHeaders(Metadata answer) {
                                note(answer.get(BROKER_EPOCH));
                                super.onHeaders(answer);
                            }
                        },
                        headers);
            }
        };
    }

    /** What is no number is of somebody else, such as a proxy. */
    private void note(String epoch) {
        if (epoch == null) {
            return;
        }
        try {
            newest.accumulateAndGet(Long.parseLong(epoch), Math::max);
        } catch (NumberFormatException e) {
            // Then it is not known, as if nothing had been said.
        }
    }
}
