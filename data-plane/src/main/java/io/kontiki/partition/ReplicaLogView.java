package io.kontiki.partition;

import io.kontiki.log.PartitionLog;
import io.kontiki.replication.EpochEnd;
import io.kontiki.replication.ReplicaLog;
import java.util.OptionalInt;

/** A log as the replication protocol sees it. */
final class ReplicaLogView implements ReplicaLog {
    private final PartitionLog log;

    ReplicaLogView(PartitionLog log) {
        this.log = log;
    }

    @Override
    public long startOffset() {
        return log.logStartOffset();
    }

    @Override
    public long endOffset() {
        return log.endOffset();
    }

    @Override
    public long flushedOffset() {
        return log.flushedOffset();
    }

    @Override
    public OptionalInt latestEpoch() {
        return log.epochs().latestEpoch();
    }

    @Override
    public OptionalInt epochAt(long offset) {
        return offset < log.logStartOffset() || offset >= log.endOffset()
                ? OptionalInt.empty()
                : log.epochs().epochAt(offset);
    }

    @Override
    public EpochEnd endOf(int epoch) {
        io.kontiki.log.EpochEnd end = log.endOf(epoch);
        return new EpochEnd(end.epoch(), end.endOffset());
    }
}
