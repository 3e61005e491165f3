package io.kontiki.faults;

import io.kontiki.record.BatchHeader;
import io.kontiki.record.ControlRecords;
import io.kontiki.record.Record;
import io.kontiki.record.RecordBatch;
import io.kontiki.record.RecordBatchBuilder;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;

/**
 * Batches whose every byte follows from where they lie: a record's value from its offset and its leader epoch, which is the
 * number of the run that wrote it, and the sequence of its producer from the offset. So whoever reads a record knows
 * whether it is the one that belongs there. Transactions are another producer's.
 */
final class NumberedBatches {
    private static final long PRODUCER_ID = 7;
    private static final long TRANSACTIONAL_ID = 8;
    private static final short PRODUCER_EPOCH = 0;
    private static final int PADDING_MAX = 300;

    private NumberedBatches() {}

    /** A batch for this place in the log. */
    static ByteBuffer at(long baseOffset, int run, int records) {
        return builderAt(baseOffset, run, records).build(PRODUCER_ID, PRODUCER_EPOCH, (int) baseOffset);
    }

    /** As {@link #at}, in a transaction. */
    static ByteBuffer inTransactionAt(long baseOffset, int run, int records) {
        return builderAt(baseOffset, run, records)
                .buildTransactional(TRANSACTIONAL_ID, PRODUCER_EPOCH, (int) baseOffset);
    }

    /** Gives up the transaction; the marker's time is older than every record's. */
    static ByteBuffer abort() {
        return ControlRecords.endTransaction(ControlRecords.Type.ABORT, TRANSACTIONAL_ID, PRODUCER_EPOCH, 0, 0);
    }

    private static RecordBatchBuilder builderAt(long baseOffset, int run, int records) {
        RecordBatchBuilder builder = new RecordBatchBuilder(1 << 20);
        for (long offset = baseOffset; offset < baseOffset + records; offset++) {
            builder.add(offset, null, ByteBuffer.wrap(value(offset, run)), List.of());
        }
        return builder;
    }

    /** What is wrong with a batch that was read; empty if it is sound and belongs where it lies. */
    static Optional<String> wrongIn(RecordBatch batch) {
        if (!batch.hasValidChecksum()) {
            return Optional.of("checksum of the batch at offset " + batch.baseOffset());
        }
        long producerId = batch.isTransactional() ? TRANSACTIONAL_ID : PRODUCER_ID;
        int sequence = batch.isControl() ? BatchHeader.NO_SEQUENCE : (int) batch.baseOffset();
        if (batch.producerId() != producerId || batch.baseSequence() != sequence) {
            return Optional.of("producer of the batch at offset " + batch.baseOffset());
        }
        for (Record record : batch) {
            if (!batch.isControl()
                    && !record.value().equals(ByteBuffer.wrap(value(record.offset(), batch.leaderEpoch())))) {
                return Optional.of("record at offset " + record.offset());
            }
        }
        return Optional.empty();
    }

    private static byte[] value(long offset, int run) {
        long mixed = (offset * 31 + run) * 0x9E3779B97F4A7C15L;
        String head = run + ":" + offset + ":";
        String padding = Long.toHexString(mixed).repeat(PADDING_MAX / 8);
        return (head + padding.substring(0, Math.floorMod(mixed, PADDING_MAX - 100)))
                .getBytes(StandardCharsets.ISO_8859_1);
    }
}
