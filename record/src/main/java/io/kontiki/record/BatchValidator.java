package io.kontiki.record;

import io.kontiki.record.InvalidBatchException.Reason;
import java.nio.ByteBuffer;

/** Judges bytes that a client wants appended. Stateless; safe for any thread. */
public final class BatchValidator {
    private static final int KNOWN_BITS = BatchHeader.COMPRESSION_BITS
            | BatchHeader.LOG_APPEND_TIME_BIT
            | BatchHeader.TRANSACTIONAL_BIT
            | BatchHeader.CONTROL_BIT;

    /** Any compressed batch may expand to so much: 64 MiB. */
    static final int EXPANDED_BYTES_MIN = 64 << 20;

    private BatchValidator() {}

    /** {@link #validate(ByteBuffer, BatchRules, long)} for a topic that accepts any timestamp, with and without keys. */
    public static RecordBatch validate(ByteBuffer bytes, int maxBatchBytes) {
        return validate(bytes, new BatchRules(maxBatchBytes, TimestampPolicy.ANY, false), 0);
    }

    /**
     * Checks everything about the one batch between the buffer's position and limit: bounds, checksum, each field, and
     * that every record parses, also compressed ones. Costs one pass over the bytes for the checksum and one over the
     * records; nothing is allocated for a record. Compressed records may expand to {@value #EXPANDED_BYTES_MIN} bytes, or
     * to {@link BatchRules#maxBatchBytes} if that is more, and to {@link RecordBatch#MAX_EXPANDED_BYTES} at most. Base offset and
     * leader epoch are not looked at, since a leader overwrites them.
     *
     * @param bytes one batch and nothing else; its position stays
     * @param rules what the topic accepts
     * @param nowMillis the broker's time, ms since 1970
     * @return the batch, a view of {@code bytes}
     * @throws InvalidBatchException naming the first thing that is wrong
     */
    public static RecordBatch validate(ByteBuffer bytes, BatchRules rules, long nowMillis) {
        requireSize(bytes.remaining(), rules.maxBatchBytes());
        RecordBatch batch = RecordBatch.at(bytes, bytes.position());
        if (batch.sizeInBytes() != bytes.remaining()) {
            throw new InvalidBatchException(
                    Reason.CORRUPT_BATCH,
                    "batch takes " + batch.sizeInBytes() + " bytes by its length, " + bytes.remaining()
                            + " were sent; exactly one batch is expected");
        }
        batch.ensureValidChecksum();
        validateAttributes(batch);
        validateCounts(batch);
        validateProducer(batch);
        validateRecords(batch, rules, nowMillis);
        return batch;
    }

    private static void requireSize(int bytes, int maxBatchBytes) {
        if (bytes > maxBatchBytes) {
            throw new InvalidBatchException(
                    Reason.RECORD_TOO_LARGE, "batch takes " + bytes + " bytes, the limit is " + maxBatchBytes);
        }
    }

    private static void validateAttributes(RecordBatch batch) {
        batch.compression();
        if ((batch.attributes() & ~KNOWN_BITS) != 0) {
            throw invalid("attributes are 0x" + Integer.toHexString(batch.attributes() & 0xFFFF)
                    + ", only the bits of 0x" + Integer.toHexString(KNOWN_BITS) + " are known");
        }
        if (batch.isControl()) {
            throw invalid("the control bit is set, only the log itself writes control batches");
        }
        if (batch.isLogAppendTime()) {
            throw invalid("the timestamp type is log append time, a producer sends its own time");
        }
    }

    private static void validateCounts(RecordBatch batch) {
        if (batch.recordCount() < 1) {
            throw invalid("record count is " + batch.recordCount() + ", at least 1 is needed");
        }
        if (batch.lastOffsetDelta() != batch.recordCount() - 1) {
            throw invalid("last offset delta is " + batch.lastOffsetDelta() + ", with " + batch.recordCount()
                    + " records it must be " + (batch.recordCount() - 1));
        }
    }

    private static void validateProducer(RecordBatch batch) {
        if (batch.producerId() < BatchHeader.NO_PRODUCER_ID) {
            throw invalid("producer id is " + batch.producerId() + ", the least is -1 for none");
        }
        if (batch.hasProducerId() && (batch.producerEpoch() < 0 || batch.baseSequence() < 0)) {
            throw invalid("producer epoch is " + batch.producerEpoch() + " and base sequence " + batch.baseSequence()
                    + ", with producer id " + batch.producerId() + " both must be at least 0");
        }
        if (!batch.hasProducerId() && batch.isTransactional()) {
            throw invalid("the transactional bit is set, but there is no producer id");
        }
    }

    private static void validateRecords(RecordBatch batch, BatchRules rules, long nowMillis) {
        int maxExpandedBytes =
                Math.min(RecordBatch.MAX_EXPANDED_BYTES, Math.max(EXPANDED_BYTES_MIN, rules.maxBatchBytes()));
        long maxTimestampMs = BatchHeader.NO_TIMESTAMP;
        try (RecordCursor records = batch.cursor(maxExpandedBytes)) {
            while (records.next()) {
                long timestampMs = records.timestampMs();
                if (timestampMs < BatchHeader.NO_TIMESTAMP) {
                    throw invalid("timestamp of record " + records.offsetDelta() + " is " + timestampMs
                            + ", the least is -1 for none");
                }
                if (!rules.timestamps().accepts(timestampMs, nowMillis)) {
                    throw outOfPolicy(records.offsetDelta(), timestampMs, rules.timestamps(), nowMillis);
                }
                if (rules.keysRequired() && !records.hasKey()) {
                    throw new InvalidBatchException(
                            Reason.MISSING_KEY,
                            "record " + records.offsetDelta() + " has no key, in a compacted topic each needs one");
                }
                maxTimestampMs = Math.max(maxTimestampMs, timestampMs);
            }
        }
        if (maxTimestampMs != batch.maxTimestampMs()) {
            throw invalid("max timestamp is " + batch.maxTimestampMs() + ", the greatest of the records is "
                    + maxTimestampMs);
        }
    }

    private static InvalidBatchException invalid(String message) {
        return new InvalidBatchException(Reason.INVALID_RECORD, message);
    }

    private static InvalidBatchException outOfPolicy(
            int record, long timestampMs, TimestampPolicy policy, long nowMillis) {
        return new InvalidBatchException(
                Reason.INVALID_TIMESTAMP,
                "timestamp of record " + record + " is " + timestampMs + ", the broker's time is " + nowMillis
                        + "; at most " + policy.beforeMaxMillis() + " ms before and " + policy.afterMaxMillis()
                        + " ms after it are accepted");
    }
}
