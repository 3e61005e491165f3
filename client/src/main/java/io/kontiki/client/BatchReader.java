package io.kontiki.client;

import io.kontiki.record.InvalidBatchException;
import io.kontiki.record.RecordBatch;
import io.kontiki.record.RecordBatches;
import io.kontiki.record.RecordCursor;
import io.kontiki.record.RecordHeader;
import java.nio.ByteBuffer;
import java.util.Iterator;
import java.util.List;
import java.util.OptionalInt;

/**
 * Reads the records of fetched bytes one by one, from a wanted offset on; control batches are passed over. Pure, not
 * thread-safe.
 */
final class BatchReader {
    private static final int NONE = Integer.MIN_VALUE;

    private final TopicPartition partition;
    private final Iterator<RecordBatch> batches;
    private final boolean checkCrc;
    private final int sizeInBytes;
    private RecordBatch batch;
    /** Of the batch; null if there is nothing to read in it. */
    private RecordCursor records;

    private long nextOffset;
    private int lastEpoch = NONE;

    BatchReader(TopicPartition partition, ByteBuffer bytes, long fromOffset, boolean checkCrc) {
        this.partition = partition;
        this.batches = RecordBatches.of(bytes).iterator();
        this.sizeInBytes = bytes.remaining();
        this.checkCrc = checkCrc;
        this.nextOffset = fromOffset;
    }

    int sizeInBytes() {
        return sizeInBytes;
    }

    /** The offset to go on at after the records returned so far, and what was passed over. */
    long nextOffset() {
        return nextOffset;
    }

    /** Leader epoch of the batch before {@link #nextOffset}; empty as long as none was read. */
    OptionalInt lastEpoch() {
        return lastEpoch == NONE ? OptionalInt.empty() : OptionalInt.of(lastEpoch);
    }

    /**
     * Adds up to {@code max} records to the target.
     *
     * @return whether nothing is left
     * @throws KontikiException CORRUPT_BATCH or UNSUPPORTED_COMPRESSION; records added before that are good
     */
    boolean readInto(List<ConsumerRecord> target, int max) {
        try {
            int end = target.size() + max;
            while (advance()) {
                if (target.size() >= end) {
                    return false;
                }
                records.next();
                if (records.offset() >= nextOffset) {
                    target.add(toConsumerRecord(records));
                    moveTo(records.offset() + 1);
                }
            }
            return true;
        } catch (InvalidBatchException e) {
            var reason = e.reason() == InvalidBatchException.Reason.UNSUPPORTED_COMPRESSION
                    ? ErrorReason.UNSUPPORTED_COMPRESSION
                    : ErrorReason.CORRUPT_BATCH;
            throw new KontikiException(
                    reason, "partition " + partition + ", offset " + nextOffset + ": " + e.getMessage(), e);
        }
    }

    /** Moves to the next batch with records left; passing the end of one moves the offset behind it. */
    private boolean advance() {
        while (records == null || !records.hasNext()) {
            if (batch != null) {
                moveTo(batch.nextOffset());
                batch = null;
                records = null;
            }
            if (!batches.hasNext()) {
                return false;
            }
            batch = batches.next();
            if (checkCrc) {
                batch.ensureValidChecksum();
            }
            if (!batch.isControl() && batch.lastOffset() >= nextOffset) {
                records = batch.cursor();
            }
        }
        return true;
    }

    private void moveTo(long offset) {
        if (offset >= nextOffset) {
            nextOffset = offset;
            lastEpoch = batch.leaderEpoch();
        }
    }

    private ConsumerRecord toConsumerRecord(RecordCursor record) {
        return new ConsumerRecord(
                partition,
                record.offset(),
                record.timestampMs(),
                batch.leaderEpoch(),
                record.hasKey() ? bytes(record.key()) : null,
                record.hasValue() ? bytes(record.value()) : null,
                record.headerCount() == 0
                        ? List.of()
                        : record.record().headers().stream()
                                .map(BatchReader::header)
                                .toList());
    }

    private static Header header(RecordHeader header) {
        return header.hasValue() ? Header.of(header.key(), bytes(header.value())) : Header.of(header.key());
    }

    private static byte[] bytes(ByteBuffer source) {
        var bytes = new byte[source.remaining()];
        source.get(bytes);
        return bytes;
    }
}
