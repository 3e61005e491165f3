package io.kontiki.client;

import static org.assertj.core.api.Assertions.assertThat;

import io.grpc.CallOptions;
import io.grpc.Channel;
import io.grpc.ClientCall;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.kontiki.proto.v1.ProduceResponse;
import java.util.List;
import java.util.Optional;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class BrokerLinkTest {
    private final FakeChannel channel = new FakeChannel();
    private final BrokerLink link = newLink("b1");
    private final Lane first = newLane(1);
    private final Lane second = newLane(2);
    private final Lane third = newLane(3);

    private BrokerLink newLink(String host) {
        return new BrokerLink(
                new HostPort(host, 1),
                address -> ProduceStream.open(channel, address, new Unheard()),
                new Backoff(10, 100, new SplittableRandom(1)));
    }

    private static Lane newLane(int partition) {
        var name = new TopicPartition("t", partition);
        return new Lane(
                new PartitionBuffer(name, 0, 1_000, new BatchBuffers(1024), batch -> {}),
                new PartitionSender(name, 5, true, new Backoff(10, 100, new SplittableRandom(1))));
    }

    @Test
    void lanesTakeTurnsInTheOrderOfTheirComing() {
        List.of(first, second).forEach(lane -> lane.awaitTurn(link));
        channel.ready = true;

        assertThat(link.takeTurn(0)).hasValue(first);
        first.awaitTurn(link);
        assertThat(link.takeTurn(0)).hasValue(second);
        assertThat(link.takeTurn(0)).hasValue(first);
        assertThat(link.takeTurn(0)).isEmpty();
    }

    /** Else those that are looked at first would be served first each time that the stream takes one more. */
    @Test
    void placesAreKeptWhileTheStreamTakesNothing() {
        channel.ready = true;
        List.of(first, second, third).forEach(lane -> lane.awaitTurn(link));
        assertThat(link.takeTurn(0)).hasValue(first);
        channel.ready = false;
        assertThat(link.takeTurn(0)).isEmpty();
        List.of(first, third, second).forEach(lane -> lane.awaitTurn(link));
        channel.ready = true;

        assertThat(link.takeTurn(0)).hasValue(second);
        assertThat(link.takeTurn(0)).hasValue(third);
        assertThat(link.takeTurn(0)).hasValue(first);
    }

    @Test
    void nobodyIsDialledForLanesThatAreElsewhere() {
        var other = newLink("b2");
        first.awaitTurn(link);
        second.awaitTurn(link);
        first.awaitTurn(other);
        second.leaveTurn();
        channel.ready = true;

        assertThat(link.takeTurn(0)).isEmpty();
        assertThat(channel.calls).isZero();
        assertThat(other.takeTurn(0)).hasValue(first);
        assertThat(channel.calls).isOne();
    }

    @Test
    void turnsOutliveTheStream() {
        channel.ready = true;
        List.of(first, second).forEach(lane -> lane.awaitTurn(link));
        assertThat(link.takeTurn(0)).hasValue(first);
        link.onBroken(0);

        assertThat(link.takeTurn(1)).isEqualTo(Optional.empty());
        assertThat(link.takeTurn(link.redialAtNanos().orElseThrow())).hasValue(second);
        assertThat(channel.calls).isEqualTo(2);
    }

    /** Streams that take requests as long as they are told to. */
    private static final class FakeChannel extends Channel {
        private boolean ready;
        private int calls;

        @Override
        public <Q, A> ClientCall<Q, A> newCall(MethodDescriptor<Q, A> method, CallOptions options) {
            calls++;
            return new ClientCall<>() {
                @Override
                public boolean isReady() {
                    return ready;
                }

                @Override
                public void start(Listener<A> listener, Metadata headers) {}

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
            return "test";
        }
    }

    private static final class Unheard implements ProduceStream.Listener {
        @Override
        public void onResponse(ProduceStream stream, ProduceResponse response) {}

        @Override
        public void onReady(ProduceStream stream) {}

        @Override
        public void onBroken(ProduceStream stream, Throwable error) {}
    }
}
