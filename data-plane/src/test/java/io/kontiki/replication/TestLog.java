package io.kontiki.replication;

import java.util.ArrayList;
import java.util.List;
import java.util.OptionalInt;

/** A log that is nothing but the leader epoch of each offset. */
final class TestLog implements ReplicaLog {
    private final List<Integer> epochs = new ArrayList<>();
    private long flushed;

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

    void truncateTo(long end) {
        epochs.subList((int) end, epochs.size()).clear();
        flushed = Math.min(flushed, end);
    }

    List<Integer> epochs() {
        return List.copyOf(epochs);
    }

    @Override
    public long startOffset() {
        return 0;
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
        return offset < 0 || offset >= epochs.size() ? OptionalInt.empty() : OptionalInt.of(epochs.get((int) offset));
    }

    @Override
    public EpochEnd endOf(int epoch) {
        int end = 0;
        while (end < epochs.size() && epochs.get(end) <= epoch) {
            end++;
        }
        return new EpochEnd(end == 0 ? epoch : epochs.get(end - 1), end);
    }
}
