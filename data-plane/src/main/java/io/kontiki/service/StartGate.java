package io.kontiki.service;

import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.ServerInterceptor;
import io.kontiki.proto.v1.ClusterServiceGrpc;
import io.kontiki.proto.v1.ErrorReason;
import io.kontiki.proto.v1.VoterServiceGrpc;

/**
 * Refuses the calls of clients with STARTING until this run is registered. Until then the image may be that of an old
 * snapshot: it would tell of topics that were made since as if they did not exist. What tells of the broker itself goes
 * through, as does what all members say of the quorum, for which it may be waiting; so do the calls of other brokers.
 * Thread-safe.
 */
public final class StartGate implements ServerInterceptor {
    private static final String CLIENTS_PREFIX = "kontiki.v1.";

    private volatile boolean open;

    /** For good. */
    public void open() {
        open = true;
    }

    @Override
    public <Q, A> ServerCall.Listener<Q> interceptCall(
            ServerCall<Q, A> call, Metadata headers, ServerCallHandler<Q, A> next) {
        if (open || mayPass(call.getMethodDescriptor())) {
            return next.startCall(call, headers);
        }
        var starting =
                ServiceErrors.exception(ErrorReason.ERROR_REASON_STARTING, "this broker has not finished starting");
        call.close(starting.getStatus(), starting.getTrailers());
        return new ServerCall.Listener<>() {};
    }

    private static boolean mayPass(MethodDescriptor<?, ?> method) {
        var service = String.valueOf(method.getServiceName());
        return !service.startsWith(CLIENTS_PREFIX)
                || service.equals(ClusterServiceGrpc.SERVICE_NAME)
                || method.getFullMethodName()
                        .equals(VoterServiceGrpc.getDescribeQuorumMethod().getFullMethodName());
    }
}
