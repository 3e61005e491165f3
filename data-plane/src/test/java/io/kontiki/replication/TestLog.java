package io.kontiki.replication;

import java.util.ArrayList;
import java.util.List;
import java.util.OptionalInt;

/** A log that is nothing but the leader epoch of each offset. */
final class TestLog implements ReplicaLog {
    private final List<Integer> epochs = new ArrayList<>();
    private long flushed;
    private long start;
    private long storedStart;
    int heldStartAsked;

    /** Appends {@code count} records. */
    TestLog append(int epoch, int count) {
        for (int i = 0; i < count; i++) {
            epochs.add(epoch);
        }
        return this;
    }

    TestLog flush() {
        flushed = epochs.size();
        return this;
    }

    /** In memory; on the disk after {@link #storeStart}. */
    void raiseStart(long offset) {
        start = Math.max(start, offset);
    }

    void storeStart() {
        storedStart = start;
    }

    /** An empty log at an offset: what is below counts as of epoch -1. */
    void resetTo(long offset) {
        epochs.clear();
        append(-1, (int) offset);
        start = offset;
        storedStart = offset;
        flushed = offset;
    }

    void truncateTo(long end) {
        epochs.subList((int) end, epochs.size()).clear();
        flushed = Math.min(flushed, end);
    }

    List<Integer> epochs() {
        return List.copyOf(epochs);
    }

    @Override
    public long startOffset() {
        return start;
    }

    @Override
    public long storedStartOffset() {
        return storedStart;
    }

    @Override
    public long heldStartOffset() {
        heldStartAsked++;
        return start;
    }

    @Override
    public long endOffset() {
        return epochs.size();
    }

    @Override
    public long flushedOffset() {
        return flushed;
    }

    @Override
    public OptionalInt latestEpoch() {
        return epochAt(epochs.size() - 1L);
    }

    @Override
    public OptionalInt epochAt(long offset) {
        boolean held = offset >= 0 && offset < epochs.size() && epochs.get((int) offset) >= 0;
        return held ? OptionalInt.of(epochs.get((int) offset)) : OptionalInt.empty();
    }

    @Override
    public EpochEnd endOf(int epoch) {
        int first = (int) start;
        int end = first;
        while (end < epochs.size() && epochs.get(end) <= epoch) {
            end++;
        }
        return new EpochEnd(end == first ? epoch : epochs.get(end - 1), end);
    }
}
