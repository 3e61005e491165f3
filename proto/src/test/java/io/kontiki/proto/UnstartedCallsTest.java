package io.kontiki.proto;

import static org.assertj.core.api.Assertions.assertThat;

import io.grpc.CallOptions;
import io.grpc.Channel;
import io.grpc.ClientCall;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.Status;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class UnstartedCallsTest {
    /** What gRPC's own calls do whose lookup was begun anew: they throw, and know nothing to cancel or to send to. */
    private static final class Unstartable extends Channel {
        @Override
        public <Q, A> ClientCall<Q, A> newCall(MethodDescriptor<Q, A> method, CallOptions options) {
            return new ClientCall<>() {
                @Override
                public void start(Listener<A> answers, Metadata headers) {
                    throw new IllegalStateException("Resolution is pending");
                }

                @Override
                public void request(int messages) {
                    throw new NullPointerException();
                }

                @Override
                public void cancel(String message, Throwable cause) {}

                @Override
                public void halfClose() {
                    throw new NullPointerException();
                }

                @Override
                public void sendMessage(Q message) {
                    throw new NullPointerException();
                }
            };
        }

        @Override
        public String authority() {
            return "broker.example:9392";
        }
    }

    @Test
    void callThatCannotStartEndsAsOnAConnectionThatFailed() {
        List<Status> ends = new ArrayList<>();
        MethodDescriptor<Object, Object> method = null; // Nobody looks at it.
        var call = new UnstartedCalls().interceptCall(method, CallOptions.DEFAULT, new Unstartable());

        call.start(
                new ClientCall.Listener<>() {
                    @Override
                    public void onClose(Status status, Metadata trailers) {
                        ends.add(status);
                    }
                },
                new Metadata());
        call.request(1);
        call.sendMessage("request");
        call.halfClose();

        assertThat(ends).singleElement().satisfies(end -> {
            assertThat(end.getCode()).isEqualTo(Status.Code.UNAVAILABLE);
            assertThat(end.getDescription()).isEqualTo("Resolution is pending");
        });
    }
}
