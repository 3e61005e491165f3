package io.kontiki.client;

import io.grpc.ClientInterceptor;
import io.grpc.Metadata;
import io.kontiki.proto.AnswerHeader;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Which run of its broker answers on a channel, as the headers of answers tell. A channel stays the same when its connection
 * is made anew, so when it was opened says nothing. Thread-safe.
 */
final class HeardRun {
    /** Number of the run, as {@link BrokerInfo#epoch} has it. Brokers tell it once they are registered. */
    static final Metadata.Key<String> BROKER_EPOCH =
            Metadata.Key.of("kontiki-broker-epoch", Metadata.ASCII_STRING_MARSHALLER);

    private final AtomicLong newest = new AtomicLong();

    /** The newest that was heard of; 0 for none. */
    long epoch() {
        return newest.get();
    }

    /** Hears all calls on the channel. */
    ClientInterceptor interceptor() {
        return new AnswerHeader(BROKER_EPOCH, this::note);
    }

    /** What is no number is of somebody else, such as a proxy. */
    private void note(String epoch) {
        try {
            newest.accumulateAndGet(Long.parseLong(epoch), Math::max);
        } catch (NumberFormatException e) {
            // Then it is not known, as if nothing had been said.
        }
    }
}
