package io.kontiki.simulation;

import java.util.concurrent.Delayed;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;

/** Stands for a task of which nobody asks anything. */
final class NeverCancelled implements ScheduledFuture<Object> {
    static final NeverCancelled INSTANCE = new NeverCancelled();

    private NeverCancelled() {}

    private static UnsupportedOperationException unasked() {
        return new UnsupportedOperationException("nobody asks for the end of a task");
    }

    @Override
    public boolean cancel(boolean mayInterruptIfRunning) {
        throw unasked();
    }

    @Override
    public boolean isCancelled() {
        return false;
    }

    @Override
    public boolean isDone() {
        return false;
    }

    @Override
    public Object get() {
        throw unasked();
    }

    @Override
    public Object get(long timeout, TimeUnit unit) {
        throw unasked();
    }

    @Override
    public long getDelay(TimeUnit unit) {
        throw unasked();
    }

    @Override
    public int compareTo(Delayed other) {
        throw unasked();
    }
}
