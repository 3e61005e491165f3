package io.kontiki.simulation;

import io.kontiki.replication.PushedBatches;
import java.util.List;

/** Batches of one push, at least one. */
record ModelBatches(List<ModelBatch> list) implements PushedBatches {
    @Override
    public long baseOffset() {
        return list.get(0).offset();
    }

    @Override
    public long endOffset() {
        return list.get(list.size() - 1).offset() + 1;
    }

    @Override
    public int firstEpoch() {
        return list.get(0).epoch();
    }

    @Override
    public int lastEpoch() {
        return list.get(list.size() - 1).epoch();
    }
}
