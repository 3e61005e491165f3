package io.kontiki.quorum.ratis;

import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Supplier;
import org.apache.ratis.protocol.exceptions.ReconfigurationInProgressException;

/**
 * One change at a time. It is under way until it has ended by itself: that nobody waits for it any more does not undo it.
 * Thread-safe.
 */
final class SingleChange {
    private final AtomicBoolean underWay = new AtomicBoolean();

    boolean isUnderWay() {
        return underWay.get();
    }

    /**
     * Fails with {@link ReconfigurationInProgressException} if another one is under way.
     *
     * @param change gives a future, and does not throw
     * @param patience how long the caller waits; then it gets a TimeoutException, while the change goes on
     */
    <T> CompletableFuture<T> begin(Supplier<CompletableFuture<T>> change, Duration patience) {
        if (!underWay.compareAndSet(false, true)) {
            return CompletableFuture.failedFuture(new ReconfigurationInProgressException("another change goes on"));
        }
        var ended = change.get().whenComplete((result, error) -> underWay.set(false));
        // A copy, for to run out of time ends what it is told of.
        return ended.copy().orTimeout(patience.toMillis(), TimeUnit.MILLISECONDS);
    }
}
