package io.kontiki.client;

import java.util.ConcurrentModificationException;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Supplier;

/**
 * Holds a consumer to one thread at a time. That thread may come back while it is inside, which a rebalance listener does, but
 * not to what is to happen alone.
 */
final class OneThread {
    private final AtomicReference<Thread> inside = new AtomicReference<>();
    private int depth;
    private boolean ended;

    <T> T take(Supplier<T> action) {
        enter();
        try {
            requireOpen();
            return action.get();
        } finally {
            leave();
        }
    }

    void run(Runnable action) {
        take(() -> {
            action.run();
            return true;
        });
    }

    <T> T takeAlone(Supplier<T> action) {
        return take(() -> {
            requireOuter();
            return action.get();
        });
    }

    void alone(Runnable action) {
        run(() -> {
            requireOuter();
            action.run();
        });
    }

    /** The last action; nothing but this comes after it, and does nothing then. */
    void end(Runnable action) {
        enter();
        try {
            requireOuter();
            if (!ended) {
                ended = true;
                action.run();
            }
        } finally {
            leave();
        }
    }

    private void requireOpen() {
        if (ended) {
            throw new KontikiException(ErrorReason.CLOSED, "the consumer is closed");
        }
    }

    private void requireOuter() {
        if (depth > 1) {
            throw new IllegalStateException("not to be called by a rebalance listener");
        }
    }

    private void enter() {
        if (inside.get() != Thread.currentThread() && !inside.compareAndSet(null, Thread.currentThread())) {
            throw new ConcurrentModificationException("the consumer is in use by " + inside.get()
                    + "; one thread at a time may call it, only wakeup() is free");
        }
        depth++;
    }

    private void leave() {
        depth--;
        if (depth == 0) {
            inside.set(null);
        }
    }
}
