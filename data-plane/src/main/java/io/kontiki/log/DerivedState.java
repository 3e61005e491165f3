package io.kontiki.log;

import io.kontiki.record.BatchHeader;
import io.kontiki.record.InvalidBatchException;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * What of a log's state follows from its batches, while recovery goes through them: leader epochs, producers and the
 * transactions that were aborted. As far as files hold it that count, it comes from there. One thread.
 */
final class DerivedState {
    private final LogDirectory directory;
    private final ProducerState producers;
    private final Map<Long, byte[]> snapshots = new TreeMap<>();
    private LeaderEpochIndex epochs = LeaderEpochIndex.empty();

    DerivedState(LogDirectory directory, int maxProducerIds) {
        this.directory = directory;
        this.producers = new ProducerState(maxProducerIds);
    }

    ProducerState producers() {
        return producers;
    }

    LeaderEpochIndex epochs() {
        return epochs;
    }

    /** Of the producers at segments' bases, to be written. */
    Map<Long, byte[]> snapshots() {
        return snapshots;
    }

    /** Takes all from files: a log that ends there. False, and nothing has changed, if there is no sound snapshot. */
    boolean load(long endOffset, LeaderEpochIndex stored) {
        if (!ProducerSnapshot.load(directory, endOffset, producers)) {
            return false;
        }
        epochs = stored;
        return true;
    }

    /** Starts anew at an offset, with no more than the snapshot there; epochs of records that are gone go with them. */
    void startAt(long offset, boolean keepEpochs) {
        snapshots.clear();
        if (!keepEpochs) {
            epochs = LeaderEpochIndex.empty();
        }
        producers.clear();
        ProducerSnapshot.load(directory, offset, producers);
    }

    /**
     * The state up to the last of some segments: from the files, and what these do not cover from batch headers.
     *
     * @param below segments that are not scanned, from the first one on, and the one behind them
     * @param storedEpochs what the file of the epochs says, empty if that is not to be relied upon
     */
    void restore(List<LogSegment> below, DurableRange durable, Optional<LeaderEpochIndex> storedEpochs) {
        OffsetCheckpoint stored = durable.note();
        long firstOffset = below.get(0).baseOffset();
        long end = below.get(below.size() - 1).baseOffset();
        long epochsFrom = storedEpochs.isPresent() ? Math.min(end, stored.recoveryPoint()) : firstOffset;
        // The epoch of the log start may have no batch any more.
        long keptBelow = stored.logStartOffset() == epochsFrom
                ? Math.max(epochsFrom, Math.min(epochsFrom + 1, stored.recoveryPoint()))
                : epochsFrom;
        epochs = storedEpochs.orElse(LeaderEpochIndex.empty()).truncatedTo(keptBelow);
        long producersFrom = new ProducerSnapshots(directory).loadNewest(firstOffset, end, producers);
        long from = Math.min(epochsFrom, producersFrom);
        for (int i = 0; i < below.size() - 1; i++) {
            if (below.get(i + 1).baseOffset() > from) {
                replay(below.get(i), epochsFrom, producersFrom, durable);
            }
        }
    }

    private void replay(LogSegment segment, long epochsFrom, long producersFrom, DurableRange durable) {
        try {
            segment.reader().replay(Math.min(epochsFrom, producersFrom), batch -> {
                if (batch.baseOffset() >= epochsFrom) {
                    epochs = epochs.with(batch.leaderEpoch(), batch.baseOffset());
                }
                if (batch.baseOffset() >= producersFrom) {
                    producers.onAppended(batch);
                }
            });
        } catch (InvalidBatchException | IllegalArgumentException garbage) {
            throw durable.damage(segment.file().path(), 0, segment.baseOffset(), String.valueOf(garbage.getMessage()));
        }
    }

    /**
     * A segment begins whose snapshot is to be written: it may have waited for that, and without it the segments before
     * could never go; or it is that of a reset which a stop prevented.
     */
    void onSegment(long baseOffset) {
        snapshots.put(baseOffset, ProducerSnapshot.encode(producers, baseOffset));
    }

    /** Takes the next batch, which lies at that position of the segment, into all that follows from batches. */
    void take(LogSegment segment, BatchHeader batch, int position) {
        segment.index(batch, position);
        epochs = epochs.with(batch.leaderEpoch(), batch.baseOffset());
        boolean isMarker = batch.isControl() && batch.isTransactional();
        producers
                .onAppended(isMarker ? segment.reader().batchAt(position) : batch)
                .ifPresent(segment::addAborted);
    }
}
