package io.kontiki.benchmark.allocation;

import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.ServerCall;
import io.grpc.ServerMethodDefinition;
import io.grpc.Status;
import java.io.InputStream;

/**
 * A call as a gRPC server would hand it to a service, without a server: messages are parsed and written by the method's own
 * marshallers. Whoever calls it is always ready to take answers.
 *
 * <p>Requests are delivered one at a time, on any thread; answers come one at a time, as services send them, on theirs.
 */
final class ServedCall<Q, R> extends ServerCall<Q, R> {
    /** The caller's end. */
    interface Caller {
        /** @param answer to be used before the return only */
        void onMessage(WireBytes answer);

        void onClose(Status status);
    }

    private final MethodDescriptor<Q, R> method;
    private final Caller caller;
    private final WireBytes answer = new WireBytes();
    private Listener<Q> listener;
    private volatile boolean cancelled;

    private ServedCall(MethodDescriptor<Q, R> method, Caller caller) {
        this.method = method;
        this.caller = caller;
    }

    static <Q, R> ServedCall<Q, R> open(ServerMethodDefinition<Q, R> method, Caller caller) {
        ServedCall<Q, R> call = new ServedCall<>(method.getMethodDescriptor(), caller);
        call.listener = method.getServerCallHandler().startCall(call, new Metadata());
        call.listener.onReady();
        return call;
    }

    /** Parses a request and hands it to the service. */
    void deliver(InputStream request) {
        listener.onMessage(method.parseRequest(request));
    }

    void halfClose() {
        listener.onHalfClose();
    }

    void cancel() {
        cancelled = true;
        listener.onCancel();
    }

    @Override
    public void sendMessage(R message) {
        caller.onMessage(answer.take(method.streamResponse(message)));
    }

    @Override
    public void close(Status status, Metadata trailers) {
        caller.onClose(status);
    }

    @Override
    public void request(int messages) {
        // Nobody here sends before the last message was answered.
    }

    @Override
    public void sendHeaders(Metadata headers) {
        // They carry nothing here.
    }

    @Override
    public boolean isCancelled() {
        return cancelled;
    }

    @Override
    public MethodDescriptor<Q, R> getMethodDescriptor() {
        return method;
    }
}
