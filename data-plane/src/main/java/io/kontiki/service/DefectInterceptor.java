package io.kontiki.service;

import io.grpc.ForwardingServerCall.SimpleForwardingServerCall;
import io.grpc.ForwardingServerCallListener.SimpleForwardingServerCallListener;
import io.grpc.Metadata;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.ServerInterceptor;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Stands between every service and the wire: an exception that nobody expected ends its own call with INTERNAL and a log
 * line, and nothing else. Its message stays in the log; the caller is told only that there is one.
 */
public final class DefectInterceptor implements ServerInterceptor {
    private static final Logger LOG = LoggerFactory.getLogger(DefectInterceptor.class);

    @Override
    public <Q, A> ServerCall.Listener<Q> interceptCall(
            ServerCall<Q, A> call, Metadata headers, ServerCallHandler<Q, A> next) {
        var guarded = new GuardedCall<>(call);
        try {
            return new GuardedListener<>(guarded, next.startCall(guarded, headers));
        } catch (RuntimeException e) {
            guarded.fail(e);
            return new ServerCall.Listener<>() {};
        }
    }

    /** Driven by one thread at a time, except that services may close it from their own: hence the volatile flag. */
    private static final class GuardedCall<Q, A> extends SimpleForwardingServerCall<Q, A> {
        private volatile boolean closed;

        GuardedCall(ServerCall<Q, A> call) {
            super(call);
        }

        @Override
        public void close(Status status, Metadata trailers) {
            // UNKNOWN without details is what gRPC makes of an exception given to onError: a defect, too.
            if (status.getCode() == Status.Code.UNKNOWN
                    && status.getCause() != null
                    && trailers.keys().isEmpty()) {
                fail(status.getCause());
                return;
            }
            closed = true;
            super.close(status, trailers);
        }

        void fail(Throwable failure) {
            var answer = answer(failure);
            if (!closed) {
                closed = true;
                super.close(answer.getStatus(), trailers(answer));
            }
        }

        private StatusRuntimeException answer(Throwable failure) {
            if (failure instanceof StatusRuntimeException status && ServiceErrors.expected(status)) {
                return status;
            }
            LOG.error("{} failed because of a defect", getMethodDescriptor().getFullMethodName(), failure);
            return ServiceErrors.defect();
        }

        private static Metadata trailers(StatusRuntimeException answer) {
            var trailers = answer.getTrailers();
            return trailers == null ? new Metadata() : trailers;
        }
    }

    private static final class GuardedListener<Q> extends SimpleForwardingServerCallListener<Q> {
        private final GuardedCall<Q, ?> call;

        GuardedListener(GuardedCall<Q, ?> call, ServerCall.Listener<Q> listener) {
            super(listener);
            this.call = call;
        }

        @Override
        public void onMessage(Q message) {
            guarded(() -> super.onMessage(message));
        }

        @Override
        public void onHalfClose() {
            guarded(super::onHalfClose);
        }

        @Override
        public void onCancel() {
            guarded(super::onCancel);
        }

        @Override
        public void onComplete() {
            guarded(super::onComplete);
        }

        @Override
        public void onReady() {
            guarded(super::onReady);
        }

        private void guarded(Runnable event) {
            try {
                event.run();
            } catch (RuntimeException e) {
                call.fail(e);
            }
        }
    }
}
