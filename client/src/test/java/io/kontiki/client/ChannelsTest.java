package io.kontiki.client;

import static org.assertj.core.api.Assertions.assertThat;

import io.grpc.CallOptions;
import io.grpc.ClientCall;
import io.grpc.ConnectivityState;
import io.grpc.ManagedChannel;
import io.grpc.MethodDescriptor;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class ChannelsTest {
    private static final HostPort BROKER = new HostPort("broker.example", 9392);

    private final Channels channels = new Channels(address -> new Recorded());

    /** A channel that notes what it is told. */
    private static final class Recorded extends ManagedChannel {
        private ConnectivityState state = ConnectivityState.READY;
        private int resolvedAnew;
        private boolean shutdown;

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

    @Test
    void forgottenConnectionIsClosedAndReplaced() {
        var channel = channels.to(BROKER);

        channels.forget(BROKER);

        assertThat(channel.isShutdown()).isTrue();
        assertThat(channels.to(BROKER)).isNotSameAs(channel);
    }
}
