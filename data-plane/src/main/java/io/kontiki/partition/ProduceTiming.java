package io.kontiki.partition;

import io.kontiki.measure.Stage;
import io.kontiki.measure.Traffic;
import java.util.function.Consumer;
import java.util.function.LongSupplier;

/**
 * Takes the time of one batch on its way, and hands its outcome on. First the thread that hands the batch over uses it, then
 * the event loop.
 */
final class ProduceTiming implements Consumer<ProduceOutcome> {
    private final Traffic traffic;
    private final LongSupplier nanoTime;
    private final Consumer<ProduceOutcome> outcome;
    private long sinceNanos;
    private boolean replicating;

    ProduceTiming(Traffic traffic, LongSupplier nanoTime, Consumer<ProduceOutcome> outcome) {
        this.traffic = traffic;
        this.nanoTime = nanoTime;
        this.outcome = outcome;
        this.sinceNanos = nanoTime.getAsLong();
    }

    /** Its turn has come. */
    void onTurn() {
        next(Stage.PRODUCE_QUEUE);
    }

    /** @param waits whether the producer waits for more than that */
    void onAppended(boolean waits) {
        next(Stage.PRODUCE_APPEND);
        replicating = waits;
    }

    private void next(Stage ended) {
        long now = nanoTime.getAsLong();
        traffic.stage(ended).add(now - sinceNanos);
        sinceNanos = now;
    }

    @Override
    public void accept(ProduceOutcome told) {
        if (replicating) {
            next(Stage.PRODUCE_REPLICATE);
        }
        outcome.accept(told);
    }
}
