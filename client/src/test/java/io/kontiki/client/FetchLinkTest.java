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

    private void answer(FetchStream stream, long correlationId) {
        link.onResponse(
                stream,
                FetchResponse.newBuilder().setCorrelationId(correlationId).build());
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
