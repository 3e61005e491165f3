package io.kontiki.benchmark;

import org.openjdk.jmh.results.Result;
import org.openjdk.jmh.results.RunResult;

/** What JMH's GC profiler says of a result. */
public final class AllocatedBytes {
    private AllocatedBytes() {}

    /**
     * Bytes that one operation allocates on the heap, on all threads.
     *
     * @throws IllegalStateException if it ran without the profiler
     */
    public static double perOperation(RunResult result) {
        for (Result<?> secondary : result.getSecondaryResults().values()) {
            if (secondary.getLabel().endsWith("gc.alloc.rate.norm")) {
                return secondary.getScore();
            }
        }
        throw new IllegalStateException("no figure of allocation");
    }
}
