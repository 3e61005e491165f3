package io.kontiki.benchmark.allocation;

import io.grpc.MethodDescriptor;
import io.grpc.Status;

/** A stream of which each request is answered before the next is sent. It allocates next to nothing. One thread asks. */
final class BlockingCall implements ServedCall.Caller, AutoCloseable {
    private static final long PATIENCE_MILLIS = 30_000;

    private final ServedCall<?, ?> call;
    /** Guarded by this, as the following. */
    private WireBytes answer;

    private Status ended;

    BlockingCall(LocalBrokers brokers, MethodDescriptor<?, ?> method) {
        this.call = brokers.call(method, this);
    }

    /** @return the answer, until the next call */
    WireBytes ask(byte[] request) {
        synchronized (this) {
            answer = null;
        }
        call.deliver(WireBytes.input(request));
        return await();
    }

    private synchronized WireBytes await() {
        long until = System.currentTimeMillis() + PATIENCE_MILLIS;
        while (answer == null && ended == null && System.currentTimeMillis() < until) {
            try {
                wait(PATIENCE_MILLIS);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new IllegalStateException("interrupted while it waited for an answer", e);
            }
        }
        if (answer == null) {
            throw new IllegalStateException("no answer: " + (ended == null ? "it takes too long" : ended));
        }
        return answer;
    }

    @Override
    public synchronized void onMessage(WireBytes message) {
        answer = message;
        notifyAll();
    }

    @Override
    public synchronized void onClose(Status status) {
        ended = status;
        notifyAll();
    }

    @Override
    public void close() {
        call.halfClose();
    }
}
