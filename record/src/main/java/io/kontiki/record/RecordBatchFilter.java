package io.kontiki.record;

import java.nio.ByteBuffer;
import java.util.BitSet;
import java.util.OptionalLong;
import java.util.function.Predicate;

/**
 * What compaction leaves of a batch. Base offset, last offset delta, leader epoch, producer id, epoch and base sequence,
 * the offset deltas of records that stay, codec and attributes keep their values, so that the batch covers the same
 * offsets and sequences as before. Stateless; safe for any thread.
 */
public final class RecordBatchFilter {
    private RecordBatchFilter() {}

    /**
     * The batch with those of its records that {@code keep} wants, ready to be written in its place.
     *
     * <ul>
     *   <li>If all stay and no delete horizon is to be set: the same bytes.
     *   <li>If none stays: an empty batch, that is a header without records, compression and delete horizon. It keeps the
     *       producer's sequence known and the offsets covered; whether it is needed is the caller's to decide.
     *   <li>Else a new batch, whose max timestamp is the greatest of the records that stay, or the batch's own with log
     *       append time.
     * </ul>
     *
     * @param batch whose checksum the caller has verified
     * @param keep asked once for each record in offset order; the cursor is not its to move or close
     * @param deleteHorizonMs if given, the horizon of a batch that has none yet and of which a tombstone (a record without
     *     a value) or a control record stays: the time, in ms since 1970, from which these may go (KIP-534)
     * @return a view of the batch's bytes, or bytes of the caller's own
     * @throws InvalidBatchException if the records do not parse
     */
    public static ByteBuffer retain(RecordBatch batch, Predicate<RecordCursor> keep, OptionalLong deleteHorizonMs) {
        Choice choice = Choice.of(batch, keep);
        if (choice.count == 0) {
            return batch.recordCount() == 0 ? batch.bytes() : empty(batch);
        }
        boolean setsHorizon = deleteHorizonMs.isPresent()
                && batch.deleteHorizonMs().isEmpty()
                && (batch.isControl() || choice.hasTombstone);
        if (choice.count == batch.recordCount() && !setsHorizon) {
            return batch.bytes();
        }
        return rebuild(batch, choice, setsHorizon ? deleteHorizonMs.getAsLong() : batch.baseTimestampMs(), setsHorizon);
    }

    /** Which records stay. Found before anything is written, since the delete horizon changes every record. */
    private static final class Choice {
        private final BitSet kept = new BitSet();
        private int count;
        private boolean hasTombstone;
        private long maxTimestampMs = BatchHeader.NO_TIMESTAMP;

        static Choice of(RecordBatch batch, Predicate<RecordCursor> keep) {
            Choice choice = new Choice();
            try (RecordCursor records = batch.cursor()) {
                for (int i = 0; records.next(); i++) {
                    if (keep.test(records)) {
                        choice.add(i, records);
                    }
                }
            }
            return choice;
        }

        private void add(int index, RecordCursor record) {
            kept.set(index);
            count++;
            hasTombstone |= !record.hasValue();
            maxTimestampMs = Math.max(maxTimestampMs, record.timestampMs());
        }
    }

    private static ByteBuffer rebuild(RecordBatch batch, Choice choice, long baseTimestampMs, boolean setsHorizon) {
        RecordSink sink =
                RecordSink.of(batch.compression(), ByteBuffer.allocate(Math.min(batch.sizeInBytes(), 1 << 16)));
        long shift = batch.baseTimestampMs() - baseTimestampMs;
        try (RecordCursor records = batch.cursor()) {
            for (int i = 0; records.next(); i++) {
                if (choice.kept.get(i)) {
                    records.copyTo(sink, records.timestampDelta() + shift);
                }
            }
        }
        int attributes = batch.attributes() | (setsHorizon ? BatchHeader.DELETE_HORIZON_BIT : 0);
        return seal(batch, sink.finish(), attributes, baseTimestampMs, choice.maxTimestampMs, choice.count);
    }

    private static ByteBuffer empty(RecordBatch batch) {
        int attributes = batch.attributes() & ~(BatchHeader.COMPRESSION_BITS | BatchHeader.DELETE_HORIZON_BIT);
        return seal(
                batch,
                ByteBuffer.allocate(BatchHeader.BYTES),
                attributes,
                BatchHeader.NO_TIMESTAMP,
                batch.maxTimestampMs(),
                0);
    }

    private static ByteBuffer seal(
            RecordBatch batch, ByteBuffer bytes, int attributes, long baseTimestampMs, long maxTimestampMs, int count) {
        bytes.put(0, batch.buffer(), batch.start(), BatchHeader.BYTES);
        bytes.putInt(BatchHeader.LENGTH_AT, bytes.limit() - BatchHeader.LENGTH_OVERHEAD_BYTES);
        bytes.putShort(BatchHeader.ATTRIBUTES_AT, (short) attributes);
        bytes.putLong(BatchHeader.BASE_TIMESTAMP_AT, baseTimestampMs);
        bytes.putLong(BatchHeader.MAX_TIMESTAMP_AT, maxTimestampMs);
        bytes.putInt(BatchHeader.RECORD_COUNT_AT, count);
        bytes.putInt(BatchHeader.CRC_AT, (int) RecordBatch.checksum(bytes, 0, bytes.limit()));
        return bytes;
    }
}
