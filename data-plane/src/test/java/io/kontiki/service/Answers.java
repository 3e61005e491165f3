package io.kontiki.service;

import io.grpc.stub.StreamObserver;
import java.util.Optional;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

/** Answers of a stream, one after another. */
final class Answers<T> implements StreamObserver<T> {
    private final LinkedBlockingQueue<Optional<T>> queue = new LinkedBlockingQueue<>();
    private volatile Throwable failure;

    /** The next answer; fails if none comes within 20 seconds or the stream ended. */
    T next() {
        try {
            Optional<T> next = queue.poll(20, TimeUnit.SECONDS);
            if (next == null) {
                throw new AssertionError("no answer within 20 s");
            }
            return next.orElseThrow(() -> new AssertionError("the stream ended", failure));
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }

    @Override
    public void onNext(T value) {
        queue.add(Optional.of(value));
    }

    @Override
    public void onError(Throwable cause) {
        failure = cause;
        queue.add(Optional.empty());
    }

    @Override
    public void onCompleted() {
        queue.add(Optional.empty());
    }
}
