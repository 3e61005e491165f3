package io.kontiki.record;

import io.kontiki.record.InvalidBatchException.Reason;
import java.nio.ByteBuffer;
import java.util.OptionalLong;

/**
 * A read-only view of the fixed part of a batch, without a copy. All numbers are big-endian:
 *
 * <pre>
 *  0 base offset             int64     27 base timestamp   int64 (ms)
 *  8 batch length            int32     35 max timestamp    int64 (ms)
 * 12 partition leader epoch  int32     43 producer id      int64 (-1 none)
 * 16 magic                   int8 = 2  51 producer epoch   int16 (-1 none)
 * 17 CRC-32C                 uint32    53 base sequence    int32 (-1 none)
 * 21 attributes              int16     57 record count     int32
 * 23 last offset delta       int32     61 records
 * </pre>
 *
 * Attributes, from the lowest bit: codec (3 bits), log append time, transactional, control, delete horizon; the rest is
 * 0. With a delete horizon (KIP-534, set by compaction) the base timestamp is the time from which tombstones and markers
 * in the batch may go. With log append time the max timestamp is that of every record. Compaction leaves gaps between the
 * offset deltas, and may leave a batch without any record.
 *
 * <p>The length counts what follows it. The checksum covers everything from the attributes on, so a leader stamps the first
 * {@value #STAMP_BYTES} bytes without touching the rest. The buffer must not change while the view is used.
 *
 * <p>Reading a header proves nothing about the records behind it; see {@link RecordBatch} and {@link BatchValidator}.
 */
public sealed class BatchHeader permits RecordBatch {
    /** Bytes of the fixed part. */
    public static final int BYTES = 61;
    /** Leading bytes that a leader overwrites: base offset, length (unchanged) and leader epoch. */
    public static final int STAMP_BYTES = 16;
    /** Bytes up to and including the length, which the length does not count. */
    public static final int LENGTH_OVERHEAD_BYTES = 12;

    /** The only format version there is here. */
    public static final byte MAGIC = 2;
    /** Stands for "no producer id". */
    public static final long NO_PRODUCER_ID = -1;
    /** Stands for "no producer epoch". */
    public static final short NO_PRODUCER_EPOCH = -1;
    /** Stands for "no sequence". */
    public static final int NO_SEQUENCE = -1;
    /** Stands for "no timestamp". */
    public static final long NO_TIMESTAMP = -1;

    static final int BASE_OFFSET_AT = 0;
    static final int LENGTH_AT = 8;
    static final int LEADER_EPOCH_AT = 12;
    static final int MAGIC_AT = 16;
    static final int CRC_AT = 17;
    static final int ATTRIBUTES_AT = 21;
    static final int LAST_OFFSET_DELTA_AT = 23;
    static final int BASE_TIMESTAMP_AT = 27;
    static final int MAX_TIMESTAMP_AT = 35;
    static final int PRODUCER_ID_AT = 43;
    static final int PRODUCER_EPOCH_AT = 51;
    static final int BASE_SEQUENCE_AT = 53;
    static final int RECORD_COUNT_AT = 57;

    static final int COMPRESSION_BITS = 0x07;
    static final int LOG_APPEND_TIME_BIT = 0x08;
    static final int TRANSACTIONAL_BIT = 0x10;
    static final int CONTROL_BIT = 0x20;
    static final int DELETE_HORIZON_BIT = 0x40;

    private final ByteBuffer buffer;
    private final int start;

    /** For views whose bounds the caller has checked. */
    BatchHeader(ByteBuffer buffer, int start) {
        this.buffer = buffer;
        this.start = start;
    }

    /**
     * The header that begins at {@code position}; the buffer's own position is not used. The size it names may reach
     * beyond the buffer.
     *
     * @throws InvalidBatchException (CORRUPT_BATCH) if fewer than {@value #BYTES} bytes are left before the limit or the
     *     length is below that of an empty batch; (UNSUPPORTED_MAGIC) if the format is not version 2
     */
    public static BatchHeader at(ByteBuffer buffer, int position) {
        requireHeader(buffer, position);
        return new BatchHeader(buffer, position);
    }

    static void requireHeader(ByteBuffer buffer, int position) {
        int available = buffer.limit() - position;
        if (available < BYTES) {
            throw new InvalidBatchException(
                    Reason.CORRUPT_BATCH, "batch has " + available + " bytes, its header alone takes " + BYTES);
        }
        byte magic = buffer.get(position + MAGIC_AT);
        if (magic != MAGIC) {
            throw new InvalidBatchException(
                    Reason.UNSUPPORTED_MAGIC, "magic is " + magic + ", only version " + MAGIC + " is supported");
        }
        int length = buffer.getInt(position + LENGTH_AT);
        if (length < BYTES - LENGTH_OVERHEAD_BYTES || length > Integer.MAX_VALUE - LENGTH_OVERHEAD_BYTES) {
            throw new InvalidBatchException(
                    Reason.CORRUPT_BATCH,
                    "batch length is " + length + ", outside " + (BYTES - LENGTH_OVERHEAD_BYTES) + " to "
                            + (Integer.MAX_VALUE - LENGTH_OVERHEAD_BYTES));
        }
    }

    /** Offset of the first record. Before a leader stamped the batch it means nothing. */
    public long baseOffset() {
        return buffer.getLong(start + BASE_OFFSET_AT);
    }

    /** Offset of the last record, inclusive. */
    public long lastOffset() {
        return baseOffset() + lastOffsetDelta();
    }

    /** Offset that the next batch gets. */
    public long nextOffset() {
        return lastOffset() + 1;
    }

    public int lastOffsetDelta() {
        return buffer.getInt(start + LAST_OFFSET_DELTA_AT);
    }

    /** Size of the whole batch, header included. */
    public int sizeInBytes() {
        return buffer.getInt(start + LENGTH_AT) + LENGTH_OVERHEAD_BYTES;
    }

    /** Epoch of the leader that stamped the batch. */
    public int leaderEpoch() {
        return buffer.getInt(start + LEADER_EPOCH_AT);
    }

    /** The stored checksum, as an unsigned number. */
    public long storedChecksum() {
        return Integer.toUnsignedLong(buffer.getInt(start + CRC_AT));
    }

    /** @throws InvalidBatchException (UNSUPPORTED_COMPRESSION) if the attributes name no known codec */
    public Compression compression() {
        return Compression.forId(attributes() & COMPRESSION_BITS);
    }

    /** Whether the timestamps are those of the append and not of the producer. */
    public boolean isLogAppendTime() {
        return (attributes() & LOG_APPEND_TIME_BIT) != 0;
    }

    public TimestampType timestampType() {
        return isLogAppendTime() ? TimestampType.LOG_APPEND_TIME : TimestampType.CREATE_TIME;
    }

    /** When compaction may drop the batch's tombstones and markers, in ms since 1970; empty if no pass has kept them yet. */
    public OptionalLong deleteHorizonMs() {
        return (attributes() & DELETE_HORIZON_BIT) == 0 ? OptionalLong.empty() : OptionalLong.of(baseTimestampMs());
    }

    public boolean isTransactional() {
        return (attributes() & TRANSACTIONAL_BIT) != 0;
    }

    /** Whether the batch holds a marker of the log itself, which consumers skip. */
    public boolean isControl() {
        return (attributes() & CONTROL_BIT) != 0;
    }

    /** Timestamp that the records' deltas start from, in ms since 1970, or {@link #NO_TIMESTAMP}. */
    public long baseTimestampMs() {
        return buffer.getLong(start + BASE_TIMESTAMP_AT);
    }

    /** Greatest timestamp of the records, in ms since 1970, or {@link #NO_TIMESTAMP}. */
    public long maxTimestampMs() {
        return buffer.getLong(start + MAX_TIMESTAMP_AT);
    }

    public boolean hasProducerId() {
        return producerId() > NO_PRODUCER_ID;
    }

    public long producerId() {
        return buffer.getLong(start + PRODUCER_ID_AT);
    }

    public short producerEpoch() {
        return buffer.getShort(start + PRODUCER_EPOCH_AT);
    }

    /** Sequence of the first record, or {@link #NO_SEQUENCE}. */
    public int baseSequence() {
        return buffer.getInt(start + BASE_SEQUENCE_AT);
    }

    /** Sequence of the last record, inclusive; after 2^31 - 1 comes 0. {@link #NO_SEQUENCE} if there is none. */
    public int lastSequence() {
        int first = baseSequence();
        return first == NO_SEQUENCE ? NO_SEQUENCE : Sequences.plus(first, lastOffsetDelta());
    }

    public int recordCount() {
        return buffer.getInt(start + RECORD_COUNT_AT);
    }

    final int attributes() {
        return buffer.getShort(start + ATTRIBUTES_AT);
    }

    final ByteBuffer buffer() {
        return buffer;
    }

    final int start() {
        return start;
    }
}
