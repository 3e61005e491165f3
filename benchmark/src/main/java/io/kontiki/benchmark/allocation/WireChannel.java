package io.kontiki.benchmark.allocation;

import io.grpc.CallOptions;
import io.grpc.ClientCall;
import io.grpc.ManagedChannel;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.ServerMethodDefinition;
import io.grpc.Status;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;

/**
 * From one broker to another in the same process: each message is written as bytes and parsed from them, by the marshallers of
 * the two ends, on the thread that sends it. Thread-safe as channels are.
 */
final class WireChannel extends ManagedChannel {
    private final Function<String, ServerMethodDefinition<?, ?>> methods;

    /** @param methods what the other broker serves, by full name */
    WireChannel(Function<String, ServerMethodDefinition<?, ?>> methods) {
        this.methods = methods;
    }

    @Override
    public <Q, R> ClientCall<Q, R> newCall(MethodDescriptor<Q, R> method, CallOptions options) {
        return new Call<>(method, methods.apply(method.getFullMethodName()));
    }

    private static final class Call<Q, R> extends ClientCall<Q, R> implements ServedCall.Caller {
        private final MethodDescriptor<Q, R> method;
        private final ServerMethodDefinition<?, ?> served;
        private final WireBytes request = new WireBytes();
        private Listener<R> listener;
        private ServedCall<?, ?> other;

        private Call(MethodDescriptor<Q, R> method, ServerMethodDefinition<?, ?> served) {
            this.method = method;
            this.served = served;
        }

        @Override
        public void start(Listener<R> responses, Metadata headers) {
            listener = responses;
            other = ServedCall.open(served, this);
        }

        @Override
        public void sendMessage(Q message) {
            other.deliver(request.take(method.streamRequest(message)).input());
        }

        @Override
        public void onMessage(WireBytes answer) {
            listener.onMessage(method.parseResponse(answer.input()));
        }

        @Override
        public void onClose(Status status) {
            listener.onClose(status, new Metadata());
        }

        @Override
        public void request(int messages) {
            // All is delivered as it comes.
        }

        @Override
        public void cancel(String message, Throwable cause) {
            other.cancel();
            onClose(Status.CANCELLED.withDescription(message).withCause(cause));
        }

        @Override
        public void halfClose() {
            other.halfClose();
        }
    }

    @Override
    public String authority() {
        return "memory";
    }

    @Override
    public ManagedChannel shutdown() {
        return this;
    }

    @Override
    public ManagedChannel shutdownNow() {
        return this;
    }

    @Override
    public boolean isShutdown() {
        return false;
    }

    @Override
    public boolean isTerminated() {
        return false;
    }

    @Override
    public boolean awaitTermination(long timeout, TimeUnit unit) {
        return false;
    }
}
