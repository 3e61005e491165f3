package io.kontiki.log;

import io.kontiki.record.BatchHeader;
import io.kontiki.record.ControlRecords;
import io.kontiki.record.InvalidBatchException;
import io.kontiki.record.RecordBatch;
import io.kontiki.record.RecordCursor;
import java.util.ArrayDeque;
import java.util.Collection;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * The transactions of one log that have records in it and no marker yet. A function of the log's prefix, like
 * {@link ProducerState}. Belongs to the log's writer thread.
 */
final class OpenTransactions {
    /** Ended transactions that are told apart, which only matters while the high watermark lags behind so many. */
    static final int DECIDED_MAX = 10_000;

    /** First offset by producer id; in the order of the first offsets, since a transaction enters with its first batch. */
    private final Map<Long, Long> firstOffsets = new LinkedHashMap<>();
    /**
     * Ended, but the marker may still be lost: they count as undecided (rule V2). By rising marker and by rising first
     * offset: one that began later and ended earlier than another holds nothing back that the other does not.
     */
    private final Deque<Decided> decided = new ArrayDeque<>();

    /** @param firstOffset where it began, or the first of several that count as one */
    record Decided(long firstOffset, long markerOffset) {}

    /**
     * Takes the next batch of the log into account; the marker of a transaction must be given whole, as a
     * {@link RecordBatch}.
     *
     * @return the transaction that the batch aborts, if it does and the transaction has records here
     */
    Optional<AbortedTransaction> onAppended(BatchHeader batch) {
        if (!batch.isTransactional() || !batch.hasProducerId()) {
            return Optional.empty();
        }
        if (!batch.isControl()) {
            firstOffsets.putIfAbsent(batch.producerId(), batch.baseOffset());
            return Optional.empty();
        }
        Optional<ControlRecords.Type> type = markerType(batch);
        if (type.isEmpty() || type.get() == ControlRecords.Type.LEADER_CHANGE) {
            return Optional.empty();
        }
        Long first = firstOffsets.remove(batch.producerId());
        if (first == null) {
            return Optional.empty();
        }
        onDecided(new Decided(first, batch.lastOffset()));
        if (type.get() == ControlRecords.Type.COMMIT) {
            return Optional.empty();
        }
        long lastStable = firstOffset().orElse(batch.lastOffset() + 1);
        return Optional.of(new AbortedTransaction(batch.producerId(), first, batch.lastOffset(), lastStable));
    }

    /** The newest two become one if they are too many: that may hold readers back for longer, and never for less long. */
    private void onDecided(Decided ended) {
        Decided next = ended;
        while (!decided.isEmpty() && decided.getLast().firstOffset() >= next.firstOffset()) {
            decided.removeLast();
        }
        if (decided.size() == DECIDED_MAX) {
            next = new Decided(decided.removeLast().firstOffset(), next.markerOffset());
        }
        decided.addLast(next);
    }

    /** Empty if the batch is no marker that this version knows, or its record does not parse: then it ends nothing. */
    private static Optional<ControlRecords.Type> markerType(BatchHeader batch) {
        if (batch.recordCount() < 1) {
            return Optional.empty();
        }
        if (!(batch instanceof RecordBatch marker)) {
            throw new IllegalArgumentException("a marker at offset " + batch.baseOffset() + " without its record");
        }
        try (RecordCursor records = marker.cursor()) {
            return records.next() && records.hasKey() ? ControlRecords.typeOf(records.key()) : Optional.empty();
        } catch (InvalidBatchException malformed) {
            return Optional.empty();
        }
    }

    /** First offset of the oldest open transaction. */
    OptionalLong firstOffset() {
        return firstOffsets.isEmpty()
                ? OptionalLong.empty()
                : OptionalLong.of(firstOffsets.values().iterator().next());
    }

    /** First offset by producer id, in the order of the first offsets. */
    Map<Long, Long> firstOffsets() {
        return firstOffsets;
    }

    /**
     * The first offset that a reader of committed records may not see, by rule V2. What has ended below is forgotten: what
     * was committed once is not lost any more.
     */
    long lastStableOffset(long highWatermark) {
        while (!decided.isEmpty() && decided.getFirst().markerOffset() < highWatermark) {
            decided.removeFirst();
        }
        long stable = Math.min(highWatermark, firstOffset().orElse(highWatermark));
        return decided.isEmpty() ? stable : Math.min(stable, decided.getFirst().firstOffset());
    }

    /** Ended, but the marker may still be lost; by rising marker and first offset. */
    Collection<Decided> decided() {
        return decided;
    }

    /** Puts back what a snapshot holds; in the order of the first offsets. */
    void restore(long producerId, long firstOffset) {
        firstOffsets.put(producerId, firstOffset);
    }

    /** Puts back what a snapshot holds; in its order. */
    void restore(Decided ended) {
        decided.addLast(ended);
    }

    void clear() {
        firstOffsets.clear();
        decided.clear();
    }
}
