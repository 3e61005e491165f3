package io.kontiki.cli;

import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/**
 * Lets Ctrl-C end a loop after the step at hand, and holds the process until what was done is told. Thread-safe; the
 * command's thread closes it.
 */
final class EndOfRun implements AutoCloseable {
    private static final long STOP_WAIT_SECONDS = 3;

    private final CountDownLatch closed = new CountDownLatch(1);
    private final StopSignal stop;

    EndOfRun(StopSignal stop) {
        this.stop = stop;
    }

    /** Begins to hold the process. */
    static EndOfRun of(StopSignal stop) {
        var end = new EndOfRun(stop);
        // Asked for already: then nobody is held, and the loop sees it before its first step.
        if (!stop.requested()) {
            stop.onRequest(end::await);
        }
        return end;
    }

    boolean asked() {
        return stop.requested();
    }

    /** All is told. */
    @Override
    public void close() {
        closed.countDown();
    }

    private void await() {
        try {
            closed.await(STOP_WAIT_SECONDS, TimeUnit.SECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
