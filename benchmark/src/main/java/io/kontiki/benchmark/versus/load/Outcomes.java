package io.kontiki.benchmark.versus.load;

import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.Consumer;

/** What became of records that were sent. Thread-safe. */
final class Outcomes implements Consumer<Throwable> {
    private final LongAdder acknowledged = new LongAdder();
    private final AtomicReference<Throwable> failure = new AtomicReference<>();

    @Override
    public void accept(Throwable cause) {
        if (cause == null) {
            acknowledged.increment();
        } else {
            failure.compareAndSet(null, cause);
        }
    }

    /** @throws IllegalStateException if not as many were acknowledged */
    void requireAll(long sent) {
        if (acknowledged.sum() != sent) {
            throw new IllegalStateException(
                    acknowledged.sum() + " of " + sent + " records were acknowledged; one failure:", failure.get());
        }
    }
}
