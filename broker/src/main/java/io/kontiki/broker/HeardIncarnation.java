package io.kontiki.broker;

import io.grpc.CallOptions;
import io.grpc.Channel;
import io.grpc.ClientCall;
import io.grpc.ClientInterceptor;
import io.grpc.ForwardingClientCall.SimpleForwardingClientCall;
import io.grpc.ForwardingClientCallListener.SimpleForwardingClientCallListener;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import java.util.UUID;

/**
 * Which run of its broker answered last on a channel, as the headers of answers tell. A channel stays the same when its
 * connection is made anew, so when it was opened says nothing. Thread-safe.
 */
final class HeardIncarnation implements ClientInterceptor {
    private volatile String last = "";

    boolean is(UUID incarnation) {
        return last.equals(incarnation.toString());
    }

    @Override
    public <Q, A> ClientCall<Q, A> interceptCall(MethodDescriptor<Q, A> method, CallOptions options, Channel next) {
        return new SimpleForwardingClientCall<>(next.newCall(method, options)) {
            @Override
            public void start(Listener<A> listener, Metadata headers) {
                super.start(
                        new SimpleForwardingClientCallListener<>(listener) {
                            @Override
                            public void onHeaders(Metadata answer) {
                                var told = answer.get(RunInterceptor.INCARNATION);
                                if (told != null) {
                                    last = told;
                                }
                                super.onHeaders(answer);
                            }
                        },
                        headers);
            }
        };
    }
}
