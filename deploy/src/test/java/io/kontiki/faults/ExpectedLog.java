package io.kontiki.faults;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.TreeMap;

/** What a log must hold after all that its processes vouched for. One thread at a time. */
final class ExpectedLog {
    private TreeMap<Long, Integer> runs = new TreeMap<>();
    private long flushed;
    private int opened;

    /** Compares what a process found when it opened the log. All that it found is durable, it says. */
    void onOpened(int run, TreeMap<Long, Integer> found, long endOffset) {
        assertThat(endOffset).as("log end, flushed were %s", flushed).isGreaterThanOrEqualTo(flushed);
        TreeMap<Long, Integer> kept = new TreeMap<>(runs.headMap(endOffset));
        assertThat(found).as("runs that wrote the log up to %s", endOffset).isEqualTo(kept);
        runs = kept;
        runs.put(endOffset, run);
        flushed = endOffset;
        opened++;
    }

    /** From now on records from there on may be gone. */
    void onTruncating(long endOffset) {
        flushed = Math.min(flushed, endOffset);
    }

    void onTruncated(int run, long endOffset) {
        runs = new TreeMap<>(runs.headMap(endOffset));
        runs.put(endOffset, run);
        flushed = endOffset;
    }

    void onFlushed(long endOffset) {
        assertThat(endOffset).isGreaterThanOrEqualTo(flushed);
        flushed = endOffset;
    }

    /** Below which everything must be there. */
    long flushed() {
        return flushed;
    }

    /** Processes that found everything in order. */
    int opened() {
        return opened;
    }
}
