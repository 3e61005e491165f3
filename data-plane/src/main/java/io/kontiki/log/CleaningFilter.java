package io.kontiki.log;

import io.kontiki.record.BatchHeader;
import io.kontiki.record.ControlRecords;
import io.kontiki.record.RecordBatch;
import io.kontiki.record.RecordBatchFilter;
import io.kontiki.record.RecordCursor;
import java.nio.ByteBuffer;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.function.Consumer;
import java.util.function.Predicate;

/**
 * What compaction keeps of each batch. Fed with the batches of a log from its first one on, by rising offset.
 *
 * <ul>
 *   <li>A record stays if no later record has its key. Records without a key go, as do those of aborted transactions.
 *   <li>A tombstone stays until the delete horizon of its batch, which the pass that first keeps it sets: readers that
 *       began before it was written shall meet it. It stays longer while a replica may not have it yet: that one would
 *       keep the value.
 *   <li>The marker of a transaction stays as long as one batch of it does, an empty one too, and then until a delete horizon.
 *   <li>A leader change stays: it is the first batch of its epoch, and the epochs can be derived from the log alone.
 *   <li>A batch from the end of the offset map on stays as it is.
 *   <li>The header of a batch stays if a producer's state remembers the batch, or if it is the last of its segment.
 * </ul>
 *
 * A delete horizon is set only for tombstones that this very pass has in its map: only then are the older values of the key
 * gone, since they lie in segments that were exchanged before. Not thread-safe.
 */
final class CleaningFilter {
    private final OffsetMap lastOffsets;
    private final long firstDirtyOffset;
    private final long mapEndOffset;
    private final RememberedBatches remembered;
    private final TransactionsPassed transactions;
    private final boolean mayForget;
    private final long nowMs;
    private final OptionalLong newHorizonMs;
    /** Whether a tombstone or marker stays of the batch at hand. */
    private boolean keepsForATime;

    private long latestHorizonMs = CleanerCheckpoint.NONE;
    private long changedBatches;
    private long removedRecords;

    /**
     * @param lastOffsets the last offset of each key between the first dirty offset and the end of the map
     * @param mayForget whether tombstones and markers may go once their horizon has passed
     * @param deleteRetentionMs how long tombstones and markers are kept
     */
    CleaningFilter(
            OffsetMap lastOffsets,
            long firstDirtyOffset,
            long mapEndOffset,
            RememberedBatches remembered,
            TransactionsPassed transactions,
            boolean mayForget,
            long nowMs,
            long deleteRetentionMs) {
        this.lastOffsets = lastOffsets;
        this.firstDirtyOffset = firstDirtyOffset;
        this.mapEndOffset = mapEndOffset;
        this.remembered = remembered;
        this.transactions = transactions;
        this.mayForget = mayForget;
        this.nowMs = nowMs;
        this.newHorizonMs = OptionalLong.of(nowMs + Math.min(deleteRetentionMs, Long.MAX_VALUE - nowMs));
    }

    /** The latest horizon of what was kept, or {@link CleanerCheckpoint#NONE}. */
    long latestHorizonMs() {
        return latestHorizonMs;
    }

    /** Batches that did not stay byte for byte as they were. */
    long changedBatches() {
        return changedBatches;
    }

    long removedRecords() {
        return removedRecords;
    }

    /**
     * What is left of the next batch.
     *
     * @param isLast whether it is the last one of what becomes one segment, which tells where that ends
     * @param aborted given the transaction that the batch aborts, if there were batches of it: readers still need to know
     * @return the bytes of a batch, valid as long as those of the given one; empty if nothing is left
     */
    Optional<ByteBuffer> filter(RecordBatch batch, boolean isLast, Consumer<AbortedTransaction> aborted) {
        return batch.isControl() ? filterControl(batch, isLast, aborted) : filterData(batch, isLast);
    }

    private Optional<ByteBuffer> filterControl(
            RecordBatch batch, boolean isLast, Consumer<AbortedTransaction> aborted) {
        if (batch.recordCount() > 0 && !isTransactionMarker(batch)) {
            return Optional.of(batch.bytes());
        }
        transactions.abortedBy(batch).ifPresent(aborted);
        boolean standsForBatches = batch.recordCount() > 0 && transactions.end(batch);
        if (standsForBatches || batch.lastOffset() >= mapEndOffset) {
            return Optional.of(batch.bytes());
        }
        boolean stays = !horizonPassed(batch);
        return retain(batch, marker -> stays, true, isLast);
    }

    private static boolean isTransactionMarker(RecordBatch control) {
        Optional<ControlRecords.Type> type =
                ControlRecords.typeOf(control.iterator().next().key());
        return type.isPresent() && type.get() != ControlRecords.Type.LEADER_CHANGE;
    }

    private Optional<ByteBuffer> filterData(RecordBatch batch, boolean isLast) {
        boolean isAborted = batch.isTransactional() && batch.hasProducerId() && transactions.isAborted(batch);
        if (batch.lastOffset() >= mapEndOffset) {
            return Optional.of(batch.bytes());
        }
        boolean tombstonesStay = !horizonPassed(batch);
        boolean setsHorizon = batch.lastOffset() >= firstDirtyOffset;
        return retain(
                batch,
                next -> !isAborted && isLastOfKey(next) && (next.hasValue() || tombstonesStay),
                setsHorizon,
                isLast);
    }

    private boolean isLastOfKey(RecordCursor next) {
        return next.hasKey() && lastOffsets.get(next.key()) <= next.offset();
    }

    private boolean horizonPassed(RecordBatch batch) {
        OptionalLong horizon = batch.deleteHorizonMs();
        return mayForget && horizon.isPresent() && nowMs >= horizon.getAsLong();
    }

    private Optional<ByteBuffer> retain(
            RecordBatch batch, Predicate<RecordCursor> stays, boolean setsHorizon, boolean isLast) {
        keepsForATime = false;
        ByteBuffer bytes = RecordBatchFilter.retain(
                batch, next -> note(batch, next, stays.test(next)), setsHorizon ? newHorizonMs : OptionalLong.empty());
        BatchHeader left = BatchHeader.at(bytes, bytes.position());
        removedRecords += batch.recordCount() - left.recordCount();
        if (left.recordCount() == 0 && !isLast && !remembered.contains(batch)) {
            changedBatches++;
            return Optional.empty();
        }
        if (left.recordCount() != batch.recordCount() || !left.deleteHorizonMs().equals(batch.deleteHorizonMs())) {
            changedBatches++;
        }
        if (keepsForATime && left.deleteHorizonMs().isPresent()) {
            latestHorizonMs = Math.max(latestHorizonMs, left.deleteHorizonMs().getAsLong());
        }
        return Optional.of(bytes);
    }

    private boolean note(RecordBatch batch, RecordCursor next, boolean stays) {
        keepsForATime |= stays && (batch.isControl() || !next.hasValue());
        return stays;
    }
}
