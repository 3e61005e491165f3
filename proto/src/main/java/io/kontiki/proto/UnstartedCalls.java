package io.kontiki.proto;

import io.grpc.CallOptions;
import io.grpc.Channel;
import io.grpc.ClientCall;
import io.grpc.ClientInterceptor;
import io.grpc.ClientInterceptors.CheckedForwardingClientCall;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.Status;
import io.grpc.StatusException;

/**
 * Ends a call as UNAVAILABLE that gRPC could not start. It throws an IllegalStateException at the caller if the channel is
 * told to look its name up anew ({@link io.grpc.ManagedChannel#enterIdle}) by one thread just while another makes a call, which
 * then goes by no lookup's answer. Nothing was sent then, as on a connection that failed. The listener hears of it before the
 * start returns. Thread-safe.
 */
public final class UnstartedCalls implements ClientInterceptor {
    @Override
    public <Q, A> ClientCall<Q, A> interceptCall(MethodDescriptor<Q, A> method, CallOptions options, Channel next) {
        return new CheckedForwardingClientCall<>(next.newCall(method, options)) {
            @Override
            protected void checkedStart(Listener<A> answers, Metadata headers) throws StatusException {
                try {
                    delegate().start(answers, headers);
                } catch (IllegalStateException e) {
                    throw Status.UNAVAILABLE
                            .withDescription(e.getMessage())
                            .withCause(e)
                            .asException();
                }
            }
        };
    }
}
