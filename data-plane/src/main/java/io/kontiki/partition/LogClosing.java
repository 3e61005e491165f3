package io.kontiki.partition;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import java.util.function.Predicate;

/** Closes many things one after the other, and tells every few seconds how far that is. For one thread. */
final class LogClosing {
    static final long TELL_NANOS = TimeUnit.SECONDS.toNanos(5);

    /** Told now and then. */
    interface Progress {
        void closed(int done, int all);
    }

    private final LongSupplier nanoTime;
    private final Progress progress;

    LogClosing(LongSupplier nanoTime, Progress progress) {
        this.nanoTime = nanoTime;
        this.progress = progress;
    }

    /** Those that could not be closed in order, though all were tried. */
    <T> List<T> failed(List<T> all, Predicate<T> close) {
        var failed = new ArrayList<T>();
        long toldNanos = nanoTime.getAsLong();
        for (int i = 0; i < all.size(); i++) {
            if (!close.test(all.get(i))) {
                failed.add(all.get(i));
            }
            long now = nanoTime.getAsLong();
            if (now - toldNanos >= TELL_NANOS) {
                toldNanos = now;
                progress.closed(i + 1, all.size());
            }
        }
        return failed;
    }
}
