package io.kontiki.client;

import static org.assertj.core.api.Assertions.assertThat;

import io.grpc.CallOptions;
import io.grpc.Channel;
import io.grpc.ClientCall;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.kontiki.proto.v1.FetchResponse;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.UUID;
import org.junit.jupiter.api.Test;

class FetchLinkTest {
    private static final ConsumerConfig CONFIG = new ConsumerConfig(
            Position.earliest(), ResetPolicy.ERROR, 1000, 1 << 20, 64 << 20, 1, 500, true, 1, Optional.empty());

    private final List<Call> calls = new ArrayList<>();
    private final List<FetchStream> streams = new ArrayList<>();
    private final FetchLink link = new FetchLink(new HostPort("broker", 1), this::dial);

    /** As strict as gRPC's own. */
    private static final class Call extends ClientCall<Object, Object> {
        private int sent;
        private boolean cancelled;

        @Override
        public void start(Listener<Object> listener, Metadata headers) {}

        @Override
        public void request(int messages) {}

        @Override
        public void cancel(String why, Throwable cause) {
            cancelled = true;
        }

        @Override
        public void halfClose() {}

        @Override
        public void sendMessage(Object message) {
            if (cancelled) {
                throw new IllegalStateException("call was cancelled");
            }
            sent++;
        }
    }

    private final class Calls extends Channel {
        @Override
        @SuppressWarnings("unchecked")
        public <Q, A> ClientCall<Q, A> newCall(MethodDescriptor<Q, A> method, CallOptions options) {
            calls.add(new Call());
            return (ClientCall<Q, A>) calls.get(calls.size() - 1);
        }

        @Override
        public String authority() {
            return "broker";
        }
    }

    private FetchStream dial(HostPort address) {
        streams.add(FetchStream.open(new Calls(), address, new FetchStream.Listener() {
            @Override
            public void onResponse(FetchStream stream, FetchResponse response) {}

            @Override
            public void onBroken(FetchStream stream, Throwable error) {}
        }));
        return streams.get(streams.size() - 1);
    }

    private void request() {
        link.request(List.of(), CONFIG, 1, 500, 0);
    }

    private PartitionFetcher promptRequest(int number, int maxBytes, long nowNanos) {
        var partition = new PartitionFetcher(
                new TopicPartition("t", number),
                Optional.of(Position.offset(0)),
                1,
                true,
                new Backoff(1, 1, new SplittableRandom(1)));
        partition.onLeader(Optional.of(new Leader(new UUID(1, 2), 9, new HostPort("broker", 1))));
        link.request(List.of(partition), CONFIG, maxBytes, 0, nowNanos);
        return partition;
    }

    private Map<TopicPartition, Long> answer(FetchStream stream, long correlationId) {
        return answer(stream, correlationId, 0);
    }

    private Map<TopicPartition, Long> answer(FetchStream stream, long correlationId, long nowNanos) {
        return link.onResponse(
                stream,
                FetchResponse.newBuilder().setCorrelationId(correlationId).build(),
                nowNanos);
    }

    @Test
    void aSecondRequestGoesOutBehindOneThatIsAnsweredAtOnce() {
        request();
        assertThat(link.isOpen()).as("behind one that waits").isFalse();
        answer(streams.get(0), 1);

        promptRequest(0, 10, 0);
        assertThat(link.isOpen()).isTrue();
        promptRequest(1, 20, 0);
        assertThat(link.isOpen()).isFalse();
        assertThat(link.bytesOnTheWay()).isEqualTo(30);
    }

    @Test
    void eachAnswerIsForItsOwnRequest() {
        var first = promptRequest(0, 10, 100);
        var second = promptRequest(1, 20, 200);

        assertThat(answer(streams.get(0), 2)).as("out of turn").isEmpty();
        assertThat(link.owedSinceNanos()).isEqualTo(100);
        assertThat(answer(streams.get(0), 1, 300)).containsOnlyKeys(first.partition());
        assertThat(link.bytesOnTheWay()).isEqualTo(20);
        assertThat(link.owedSinceNanos()).isEqualTo(300);
        assertThat(link.isOpen()).isTrue();
        assertThat(answer(streams.get(0), 2)).containsOnlyKeys(second.partition());
        assertThat(link.isIdle()).isTrue();
    }

    @Test
    void aStreamThatBreaksTakesAllItsRequestsAlong() {
        var first = promptRequest(0, 10, 0);
        var second = promptRequest(1, 20, 0);

        assertThat(link.onBroken(streams.get(0))).containsOnlyKeys(first.partition(), second.partition());
        assertThat(link.isIdle()).isTrue();
        assertThat(link.bytesOnTheWay()).isZero();
    }

    @Test
    void aCancelledStreamIsLeftWhenAllItsAnswersAreThere() {
        promptRequest(0, 10, 0);
        promptRequest(1, 20, 0);
        link.cancel("no answer in time");
        answer(streams.get(0), 1);
        assertThat(link.isOpen()).as("nothing can be sent").isFalse();
        answer(streams.get(0), 2);

        request();
        assertThat(calls).extracting(call -> call.sent).containsExactly(2, 1);
    }

    @Test
    void requestsShareAStream() {
        request();
        answer(streams.get(0), 1);
        request();

        assertThat(calls).extracting(call -> call.sent).containsExactly(2);
    }

    /** As when the caller did not poll for longer than the time-out, and the answer was there before the cancellation. */
    @Test
    void answerOnACancelledStreamIsTheLastOfIt() {
        request();
        link.cancel("no answer in time");
        answer(streams.get(0), 1);
        assertThat(link.isIdle()).isTrue();

        request();
        assertThat(calls).extracting(call -> call.sent).containsExactly(1, 1);

        assertThat(link.onBroken(streams.get(0))).isEqualTo(Map.of());
        assertThat(link.isIdle()).as("the new stream waits on").isFalse();
        answer(streams.get(1), 2);
        request();
        assertThat(calls).extracting(call -> call.sent).containsExactly(1, 2);
    }

    @Test
    void cancelledStreamThatBreaksIsDialledAnew() {
        request();
        link.cancel("no answer in time");
        link.onBroken(streams.get(0));
        assertThat(link.isIdle()).isTrue();

        request();
        assertThat(calls).extracting(call -> call.sent).containsExactly(1, 1);
    }
}
