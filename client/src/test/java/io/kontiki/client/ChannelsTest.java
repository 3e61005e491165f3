package io.kontiki.client;

import static org.assertj.core.api.Assertions.assertThat;

import io.grpc.CallOptions;
import io.grpc.Channel;
import io.grpc.ClientCall;
import io.grpc.ClientInterceptor;
import io.grpc.ConnectivityState;
import io.grpc.ManagedChannel;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class ChannelsTest {
    private static final HostPort BROKER = new HostPort("broker.example", 9392);

    private final Channels channels = new Channels((address, listener) -> new Recorded(listener));

    /** A channel that notes what it is told. */
    private static final class Recorded extends ManagedChannel {
        private ConnectivityState state = ConnectivityState.READY;
        private int resolvedAnew;
        private boolean shutdown;
        private final ClientInterceptor listener;

        Recorded(ClientInterceptor listener) {
            this.listener = listener;
        }

        /** As if a call had been answered, with these headers. */
        void answer(Metadata headers) {
            MethodDescriptor<Void, Void> method = null; // Nobody looks at it.
            listener.interceptCall(method, CallOptions.DEFAULT, new Answering(headers))
                    .start(new ClientCall.Listener<>() {}, new Metadata());
        }

        @Override
        public ConnectivityState getState(boolean requestConnection) {
            return state;
        }

        @Override
        public void enterIdle() {
            resolvedAnew++;
        }

        @Override
        public ManagedChannel shutdown() {
            return shutdownNow();
        }

        @Override
        public ManagedChannel shutdownNow() {
            shutdown = true;
            return this;
        }

        @Override
        public boolean isShutdown() {
            return shutdown;
        }

        @Override
        public boolean isTerminated() {
            return shutdown;
        }

        @Override
        public boolean awaitTermination(long timeout, TimeUnit unit) {
            return shutdown;
        }

        @Override
        public <Q, R> ClientCall<Q, R> newCall(MethodDescriptor<Q, R> method, CallOptions options) {
            throw new AssertionError("nothing is called");
        }

        @Override
        public String authority() {
            return BROKER.toString();
        }
    }

    /** What gRPC knows is from when the last connection ended. */
    @ParameterizedTest
    @EnumSource(names = {"IDLE", "TRANSIENT_FAILURE"})
    void whoDialsAsksAnewWhatTheNameStandsFor(ConnectivityState state) {
        var channel = (Recorded) channels.to(BROKER);
        channel.state = state;

        assertThat(channels.to(BROKER)).isSameAs(channel);

        assertThat(channel.resolvedAnew).isOne();
    }

    @ParameterizedTest
    @EnumSource(names = {"READY", "CONNECTING"})
    void connectionInUseIsLeftAlone(ConnectivityState state) {
        var channel = (Recorded) channels.to(BROKER);
        channel.state = state;

        channels.to(BROKER);

        assertThat(channel.resolvedAnew).isZero();
    }

    /** What answers to calls with headers alone. */
    private static final class Answering extends Channel {
        private final Metadata answer;

        Answering(Metadata answer) {
            this.answer = answer;
        }

        @Override
        public <Q, A> ClientCall<Q, A> newCall(MethodDescriptor<Q, A> method, CallOptions options) {
            return new ClientCall<>() {
                @Override
                public void start(Listener<A> listener, Metadata headers) {
                    listener.onHeaders(answer);
                }

                @Override
                public void request(int messages) {}

                @Override
                public void cancel(String message, Throwable cause) {}

                @Override
                public void halfClose() {}

                @Override
                public void sendMessage(Q message) {}
            };
        }

        @Override
        public String authority() {
            return BROKER.toString();
        }
    }

    private static Metadata epoch(String text) {
        var headers = new Metadata();
        headers.put(HeardRun.BROKER_EPOCH, text);
        return headers;
    }

    @Test
    void connectionToAnEarlierRunIsClosedAndReplaced() {
        var channel = (Recorded) channels.to(BROKER);
        channel.answer(epoch("6"));

        channels.forget(BROKER, 7);

        assertThat(channel.isShutdown()).isTrue();
        assertThat(channels.to(BROKER)).isNotSameAs(channel);
    }

    @Test
    void connectionThatNobodyAnsweredOnIsClosedAndReplaced() {
        var channel = (Recorded) channels.to(BROKER);
        channel.answer(new Metadata());
        channel.answer(epoch("of a proxy"));

        channels.forget(BROKER, 7);

        assertThat(channel.isShutdown()).isTrue();
    }

    /** It redialled before the news of the restart came. */
    @Test
    void connectionToThePresentRunIsKept() {
        var channel = (Recorded) channels.to(BROKER);
        channel.answer(epoch("6"));
        channel.answer(epoch("7"));

        channels.forget(BROKER, 7);

        assertThat(channel.isShutdown()).isFalse();
        assertThat(channels.to(BROKER)).isSameAs(channel);
    }
}
