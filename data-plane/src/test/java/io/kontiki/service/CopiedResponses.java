package io.kontiki.service;

import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.MessageLite;
import io.grpc.ForwardingServerCall.SimpleForwardingServerCall;
import io.grpc.Metadata;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.ServerInterceptor;

/** A transport with sockets has copied a message when {@code onNext} returns, one inside a process has not: with this it has. */
final class CopiedResponses implements ServerInterceptor {
    @Override
    public <Q, R> ServerCall.Listener<Q> interceptCall(
            ServerCall<Q, R> call, Metadata headers, ServerCallHandler<Q, R> next) {
        return next.startCall(
                new SimpleForwardingServerCall<>(call) {
                    @Override
                    public void sendMessage(R message) {
                        super.sendMessage(copyOf(message));
                    }
                },
                headers);
    }

    @SuppressWarnings("unchecked") // Its own parser makes the same kind.
    private static <R> R copyOf(R message) {
        try {
            MessageLite original = (MessageLite) message;
            return (R) original.getParserForType().parseFrom(original.toByteArray());
        } catch (InvalidProtocolBufferException e) {
            throw new AssertionError(e);
        }
    }
}
