package io.kontiki.thin;

import io.grpc.stub.ServerCallStreamObserver;
import io.grpc.stub.StreamObserver;
import io.kontiki.proto.v1.ConsumeRequest;
import io.kontiki.proto.v1.ConsumeResponse;
import java.util.ArrayDeque;
import java.util.Optional;
import java.util.Queue;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/**
 * What the caller of a {@code Consume} stream says, until the stream's thread gets to it: at most {@link #WAITING_MAX}
 * messages, or {@link #WAITING_BYTES_MAX} and one more, then no more are taken from the connection. gRPC puts in, the
 * stream's thread takes out.
 */
final class ConsumeRequests implements StreamObserver<ConsumeRequest> {
    static final int WAITING_MAX = 16;
    static final int WAITING_BYTES_MAX = 64 << 10;

    private final ServerCallStreamObserver<ConsumeResponse> call;
    private final Consumer<ConsumeRequest> onFirst;
    private final Runnable onNone;
    // Guarded by this.
    private final Queue<ConsumeRequest> waiting = new ArrayDeque<>();
    private long waitingBytes;
    private Runnable onNews = () -> {};
    private boolean begun;
    private boolean news;
    private boolean asked = true;
    private boolean halfClosed;
    private boolean gone;
    private Optional<Refused> stop = Optional.empty();

    /**
     * @param onFirst takes the first message, on gRPC's thread
     * @param onNone called there if the caller ends its side without one
     */
    ConsumeRequests(ServerCallStreamObserver<ConsumeResponse> call, Consumer<ConsumeRequest> onFirst, Runnable onNone) {
        this.call = call;
        this.onFirst = onFirst;
        this.onNone = onNone;
        call.disableAutoRequest();
        call.setOnReadyHandler(this::wake);
        call.setOnCancelHandler(this::onGone);
        call.request(1);
    }

    /** @param action called at anything new, on any thread; must not block */
    void onNews(Runnable action) {
        synchronized (this) {
            onNews = action;
        }
        action.run();
    }

    @Override
    public void onNext(ConsumeRequest request) {
        boolean first;
        synchronized (this) {
            first = !begun;
            begun = true;
            asked = false;
            if (!first) {
                waiting.add(request);
                waitingBytes += request.getSerializedSize();
            }
            askForMore();
        }
        if (first) {
            onFirst.accept(request);
        }
        wake();
    }

    /** Within the lock. */
    private void askForMore() {
        boolean room = waiting.size() < WAITING_MAX && waitingBytes < WAITING_BYTES_MAX;
        if (!asked && room && !gone && !halfClosed) {
            asked = true;
            call.request(1);
        }
    }

    @Override
    public void onError(Throwable cause) {
        onGone();
    }

    @Override
    public void onCompleted() {
        boolean none;
        synchronized (this) {
            halfClosed = true;
            none = !begun;
        }
        if (none) {
            onNone.run();
        }
        wake();
    }

    private void onGone() {
        synchronized (this) {
            gone = true;
            waiting.clear();
            waitingBytes = 0;
        }
        wake();
    }

    /** Ends the stream with this error, unless it is at its end already. */
    void stop(Refused why) {
        synchronized (this) {
            stop = stop.or(() -> Optional.of(why));
        }
        wake();
    }

    /** Something is new. */
    void wake() {
        Runnable action;
        synchronized (this) {
            news = true;
            action = onNews;
            notifyAll();
        }
        action.run();
    }

    /** The next message, if there is one. */
    synchronized Optional<ConsumeRequest> take() {
        var next = Optional.ofNullable(waiting.poll());
        next.ifPresent(request -> waitingBytes -= request.getSerializedSize());
        askForMore();
        return next;
    }

    /** Waits until something is new since the last call, at most so long. */
    synchronized void awaitNews(long nanos) throws InterruptedException {
        long deadlineNanos = System.nanoTime() + nanos;
        while (!news && deadlineNanos - System.nanoTime() > 0) {
            TimeUnit.NANOSECONDS.timedWait(this, Math.max(1_000_000, deadlineNanos - System.nanoTime()));
        }
        news = false;
    }

    /** Whether the caller has said all that it will. */
    synchronized boolean ended() {
        return halfClosed && waiting.isEmpty();
    }

    /** Whether nothing more comes than what waits. */
    synchronized boolean halfClosed() {
        return halfClosed;
    }

    /** Whether nobody is there any more. */
    synchronized boolean gone() {
        return gone;
    }

    /** Why the stream is to end now, if it is. */
    synchronized Optional<Refused> stopped() {
        return stop;
    }

    /** Whether nothing more is to be waited for. */
    synchronized boolean over() {
        return gone || halfClosed && waiting.isEmpty() || stop.isPresent();
    }
}
