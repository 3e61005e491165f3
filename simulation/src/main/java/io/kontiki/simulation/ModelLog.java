package io.kontiki.simulation;

import io.kontiki.replication.EpochEnd;
import io.kontiki.replication.ReplicaLog;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalInt;

/** A log on a disk whose unflushed tail a power cut may take. Outlives the process that uses it. */
final class ModelLog implements ReplicaLog {
    /** A flush under way: it makes durable what the log held at its start, unless that is cut off meanwhile. */
    final class Flush {
        private long covers = batches.size();

        void complete() {
            flushing.remove(this);
            flushed = Math.max(flushed, covers);
        }
    }

    private final List<ModelBatch> batches = new ArrayList<>();
    private final List<Flush> flushing = new ArrayList<>();
    private long flushed;

    @Override
    public long startOffset() {
        return 0;
    }

    @Override
    public long storedStartOffset() {
        return 0;
    }

    @Override
    public long heldStartOffset() {
        return 0;
    }

    @Override
    public long endOffset() {
        return batches.size();
    }

    @Override
    public long flushedOffset() {
        return flushed;
    }

    @Override
    public OptionalInt latestEpoch() {
        return epochAt(batches.size() - 1L);
    }

    @Override
    public OptionalInt epochAt(long offset) {
        boolean held = offset >= 0 && offset < batches.size();
        return held ? OptionalInt.of(batches.get((int) offset).epoch()) : OptionalInt.empty();
    }

    /** Rule F3, by scanning. */
    @Override
    public EpochEnd endOf(int epoch) {
        int found = -1;
        for (ModelBatch batch : batches) {
            if (batch.epoch() > epoch) {
                return found < 0 ? new EpochEnd(epoch, 0) : new EpochEnd(found, batch.offset());
            }
            found = batch.epoch();
        }
        SimulationFailure.check(found >= 0, "endOf(" + epoch + ") asked of an empty log");
        return new EpochEnd(found, batches.size());
    }

    ModelBatch at(long offset) {
        return batches.get((int) offset);
    }

    List<ModelBatch> read(long from, int count) {
        return List.copyOf(batches.subList((int) from, (int) Math.min(batches.size(), from + count)));
    }

    void append(int epoch, long value) {
        append(new ModelBatch(batches.size(), epoch, value));
    }

    void append(ModelBatch batch) {
        SimulationFailure.check(
                batch.offset() == batches.size(), "I5: " + batch + " does not follow " + batches.size());
        SimulationFailure.check(latestEpoch().orElse(0) <= batch.epoch(), "I5: " + batch + " lowers the epoch");
        batches.add(batch);
    }

    void truncateTo(long end) {
        batches.subList((int) end, batches.size()).clear();
        flushed = Math.min(flushed, end);
        for (Flush flush : flushing) {
            flush.covers = Math.min(flush.covers, end);
        }
    }

    Flush startFlush() {
        Flush flush = new Flush();
        flushing.add(flush);
        return flush;
    }

    /** The process died; what it wrote stays. */
    void processEnded() {
        flushing.clear();
    }

    /** The machine lost power, and with it what was not flushed from {@code kept} on. */
    void powerCut(long kept) {
        flushing.clear();
        truncateTo(Math.max(flushed, Math.min(kept, endOffset())));
        flushed = endOffset();
    }

    List<ModelBatch> upTo(long end) {
        return batches.subList(0, (int) end);
    }

    @Override
    public String toString() {
        return "log end " + endOffset() + ", flushed " + flushed + ", latest epoch " + latestEpoch();
    }
}
