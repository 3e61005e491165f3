package io.kontiki.proto;

import io.grpc.CallOptions;
import io.grpc.Channel;
import io.grpc.ClientCall;
import io.grpc.ClientInterceptor;
import io.grpc.ForwardingClientCall.SimpleForwardingClientCall;
import io.grpc.ForwardingClientCallListener.SimpleForwardingClientCallListener;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import java.util.function.Consumer;

/** Tells what brokers say in one header of their answers, for every call on a channel. Thread-safe if who is told is. */
public final class AnswerHeader implements ClientInterceptor {
    private final Metadata.Key<String> key;
    private final Consumer<String> listener;

    /** @param listener told on a thread of gRPC, of each answer that has the header; must not block */
    public AnswerHeader(Metadata.Key<String> key, Consumer<String> listener) {
        this.key = key;
        this.listener = listener;
    }

    @Override
    public <Q, A> ClientCall<Q, A> interceptCall(MethodDescriptor<Q, A> method, CallOptions options, Channel next) {
        return new SimpleForwardingClientCall<>(next.newCall(method, options)) {
            @Override
            public void start(Listener<A> answers, Metadata headers) {
                super.start(
                        new SimpleForwardingClientCallListener<>(answers) {
                            @Override
                            public void onHeaders(Metadata answer) {
                                String told = answer.get(key);
                                if (told != null) {
                                    listener.accept(told);
                                }
                                super.onHeaders(answer);
                            }
                        },
                        headers);
            }
        };
    }
}
