package io.kontiki.service;

import io.grpc.CallOptions;
import io.grpc.MethodDescriptor;
import io.grpc.stub.ClientCalls;
import io.grpc.stub.StreamObserver;
import java.util.concurrent.TimeUnit;

/**
 * Passes a call on to the broker that coordinates its group, and that one's answer back. Any thread, in the context of the
 * call: its deadline holds for both, and if the caller goes away both end.
 */
final class UnaryRelay {
    /** Longest wait where the caller sets no deadline. */
    private static final long WAIT_SECONDS_MAX = 30;

    private UnaryRelay() {}

    static <Q, A> void send(GroupRouter.There there, MethodDescriptor<Q, A> method, Q request, StreamObserver<A> out) {
        var options = CallOptions.DEFAULT.withDeadlineAfter(WAIT_SECONDS_MAX, TimeUnit.SECONDS);
        var answer = new UnaryCall<A>();
        ClientCalls.asyncUnaryCall(there.channel().newCall(method, options), request, answer);
        answer.answer().whenComplete((response, failure) -> {
            if (failure == null) {
                out.onNext(response);
                out.onCompleted();
            } else {
                out.onError(RelayedFailure.of(failure, there.brokerId()));
            }
        });
    }
}
