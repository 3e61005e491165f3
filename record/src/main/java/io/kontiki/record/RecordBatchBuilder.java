package io.kontiki.record;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.zip.CRC32C;

/**
 * Writes records into one batch. A null key or value stands for "none" here, and only here, as the wire format knows the
 * difference between none and empty. Not thread-safe. The bytes of keys, values and headers are copied at once; the
 * given buffers keep their positions.
 */
public final class RecordBatchBuilder {
    /** Least bytes that a builder may be bounded to. */
    public static final int MIN_BYTES = BatchHeader.BYTES;

    private static final int INITIAL_BYTES = 4096;

    private final int maxBytes;
    private final Compression codec;
    private final RecordSink records;
    private ByteBuffer finished;
    private int recordCount;
    private long baseTimestampMs = BatchHeader.NO_TIMESTAMP;
    private long maxTimestampMs = BatchHeader.NO_TIMESTAMP;

    /**
     * @param maxBytes size of the finished batch that {@link #hasRoomFor} keeps to, at least {@value #MIN_BYTES}
     * @throws IllegalArgumentException if it is less
     */
    public RecordBatchBuilder(int maxBytes) {
        this(maxBytes, Compression.NONE);
    }

    /**
     * As {@link #RecordBatchBuilder(int)}, compressing each record as it is added.
     *
     * @throws InvalidBatchException (UNSUPPORTED_COMPRESSION) if this machine lacks the codec's library
     */
    public RecordBatchBuilder(int maxBytes, Compression codec) {
        this(maxBytes, codec, ByteBuffer.allocate(Math.min(Math.max(maxBytes, MIN_BYTES), INITIAL_BYTES)));
    }

    /**
     * As {@link #RecordBatchBuilder(int, Compression)}.
     *
     * @param memory where the batch is to be, from 0 on, as long as it fits; with an array. The builder's until the batch is
     *     closed, and then where the batch is
     */
    public RecordBatchBuilder(int maxBytes, Compression codec, ByteBuffer memory) {
        if (maxBytes < MIN_BYTES) {
            throw new IllegalArgumentException("maxBytes is " + maxBytes + ", at least " + MIN_BYTES + " are needed");
        }
        this.maxBytes = maxBytes;
        this.codec = codec;
        this.records = RecordSink.of(codec, memory.clear());
    }

    /**
     * Whether the record surely fits. The first record always does, so that a record above the bound travels alone and is
     * judged by who receives it. What a codec holds back is counted as if it could not be compressed; where that decides,
     * the codec is made to give it out, though not for less than a sixteenth of the batch, since that costs compression.
     */
    public boolean hasRoomFor(ByteBuffer keyOrNull, ByteBuffer valueOrNull, List<RecordHeader> headers) {
        if (recordCount == 0) {
            return true;
        }
        int record = upperBoundInBytes(keyOrNull, valueOrNull, headers);
        return records.sizeBoundWith(record) <= maxBytes
                || (records.settle(Math.max(record, maxBytes / 16)) && records.sizeBoundWith(record) <= maxBytes);
    }

    /** At most so many bytes does the record take inside a batch. */
    public static int upperBoundInBytes(ByteBuffer keyOrNull, ByteBuffer valueOrNull, List<RecordHeader> headers) {
        int lengthBytes = 5;
        int deltaBytes = 10 + 5;
        return lengthBytes + deltaBytes + bodyBytes(keyOrNull, valueOrNull, headers);
    }

    /**
     * Appends a record.
     *
     * @param timestampMs ms since 1970, or {@link BatchHeader#NO_TIMESTAMP}
     * @throws IllegalArgumentException if the timestamp is below -1
     */
    public void add(long timestampMs, ByteBuffer keyOrNull, ByteBuffer valueOrNull, List<RecordHeader> headers) {
        if (timestampMs < BatchHeader.NO_TIMESTAMP) {
            throw new IllegalArgumentException("timestampMs is " + timestampMs + ", the least is -1 for none");
        }
        if (recordCount == 0) {
            baseTimestampMs = timestampMs;
        }
        long timestampDelta = timestampMs - baseTimestampMs;
        int body = Varints.sizeOf(timestampDelta)
                + Varints.sizeOf(recordCount)
                + bodyBytes(keyOrNull, valueOrNull, headers);
        ByteBuffer buffer = records.reserve(Varints.sizeOf(body) + body);
        Varints.write(buffer, body);
        buffer.put((byte) 0);
        Varints.write(buffer, timestampDelta);
        Varints.write(buffer, recordCount);
        writeBytes(buffer, keyOrNull);
        writeBytes(buffer, valueOrNull);
        writeHeaders(buffer, headers);
        records.endRecord();
        maxTimestampMs = Math.max(maxTimestampMs, timestampMs);
        recordCount++;
    }

    /** Attributes, key, value and headers; not the two deltas. */
    private static int bodyBytes(ByteBuffer keyOrNull, ByteBuffer valueOrNull, List<RecordHeader> headers) {
        int bytes = 1 + sizeOf(keyOrNull) + sizeOf(valueOrNull) + Varints.sizeOf(headers.size());
        for (int i = 0; i < headers.size(); i++) {
            RecordHeader header = headers.get(i);
            int key = utf8Bytes(header.key());
            bytes = Math.addExact(bytes, Varints.sizeOf(key) + key + sizeOf(header.hasValue() ? header.value() : null));
        }
        return bytes;
    }

    private static int sizeOf(ByteBuffer bytesOrNull) {
        return bytesOrNull == null
                ? Varints.sizeOf(-1)
                : Varints.sizeOf(bytesOrNull.remaining()) + bytesOrNull.remaining();
    }

    private static int utf8Bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8).length;
    }

    private static void writeBytes(ByteBuffer buffer, ByteBuffer bytesOrNull) {
        if (bytesOrNull == null) {
            Varints.write(buffer, -1);
            return;
        }
        int length = bytesOrNull.remaining();
        Varints.write(buffer, length);
        buffer.put(buffer.position(), bytesOrNull, bytesOrNull.position(), length);
        buffer.position(buffer.position() + length);
    }

    private static void writeHeaders(ByteBuffer buffer, List<RecordHeader> headers) {
        Varints.write(buffer, headers.size());
        for (int i = 0; i < headers.size(); i++) {
            RecordHeader header = headers.get(i);
            byte[] key = header.key().getBytes(StandardCharsets.UTF_8);
            Varints.write(buffer, key.length);
            buffer.put(key);
            writeBytes(buffer, header.hasValue() ? header.value() : null);
        }
    }

    public boolean isEmpty() {
        return recordCount == 0;
    }

    public int recordCount() {
        return recordCount;
    }

    /** Size that the batch has if it is closed now; with a codec, at most that size. */
    public int sizeInBytes() {
        return finished == null ? (int) Math.min(records.sizeBoundWith(0), Integer.MAX_VALUE) : finished.limit();
    }

    /** No record follows: from now on {@link #sizeInBytes} is the size that the batch will have. */
    public void finish() {
        if (finished == null) {
            finished = records.finish();
        }
    }

    /** Closes the batch without a producer id. See {@link #build(long, short, int)}. */
    public ByteBuffer build() {
        return build(BatchHeader.NO_PRODUCER_ID, BatchHeader.NO_PRODUCER_EPOCH, BatchHeader.NO_SEQUENCE);
    }

    /**
     * Closes the batch. The buffer returned is the caller's; the builder must not be used any more. A retry sends the same
     * bytes again; to send them under another producer id or sequence see {@link #stampProducer}.
     *
     * @throws IllegalStateException if there is no record
     */
    public ByteBuffer build(long producerId, short producerEpoch, int baseSequence) {
        return build(producerId, producerEpoch, baseSequence, 0);
    }

    /** Closes the batch as part of the producer's transaction. See {@link #build(long, short, int)}. */
    public ByteBuffer buildTransactional(long producerId, short producerEpoch, int baseSequence) {
        return build(producerId, producerEpoch, baseSequence, BatchHeader.TRANSACTIONAL_BIT);
    }

    ByteBuffer build(long producerId, short producerEpoch, int baseSequence, int attributes) {
        if (recordCount == 0) {
            throw new IllegalStateException("a batch needs at least one record");
        }
        finish();
        ByteBuffer batch = header(finished, attributes | codec.id(), recordCount);
        batch.putLong(BatchHeader.BASE_TIMESTAMP_AT, baseTimestampMs);
        batch.putLong(BatchHeader.MAX_TIMESTAMP_AT, maxTimestampMs);
        batch.putInt(BatchHeader.RECORD_COUNT_AT, recordCount);
        stampProducer(batch, producerId, producerEpoch, baseSequence);
        return batch;
    }

    private static ByteBuffer header(ByteBuffer batch, int attributes, int offsets) {
        batch.putLong(BatchHeader.BASE_OFFSET_AT, 0);
        batch.putInt(BatchHeader.LENGTH_AT, batch.limit() - BatchHeader.LENGTH_OVERHEAD_BYTES);
        batch.putInt(BatchHeader.LEADER_EPOCH_AT, -1);
        batch.put(BatchHeader.MAGIC_AT, BatchHeader.MAGIC);
        batch.putShort(BatchHeader.ATTRIBUTES_AT, (short) attributes);
        batch.putInt(BatchHeader.LAST_OFFSET_DELTA_AT, offsets - 1);
        return batch;
    }

    /**
     * A batch without records and producer that covers offsets, as compaction leaves one of which nothing stays.
     *
     * @param offsets how many, at least 1
     */
    public static ByteBuffer empty(long baseOffset, int offsets, int leaderEpoch) {
        ByteBuffer batch = header(ByteBuffer.allocate(BatchHeader.BYTES), Compression.NONE.id(), offsets);
        batch.putLong(BatchHeader.BASE_TIMESTAMP_AT, BatchHeader.NO_TIMESTAMP);
        batch.putLong(BatchHeader.MAX_TIMESTAMP_AT, BatchHeader.NO_TIMESTAMP);
        stampProducer(batch, BatchHeader.NO_PRODUCER_ID, BatchHeader.NO_PRODUCER_EPOCH, BatchHeader.NO_SEQUENCE);
        stampLeader(batch, baseOffset, leaderEpoch);
        return batch;
    }

    /**
     * Overwrites producer id, epoch and base sequence of the batch at the buffer's position, and its checksum.
     *
     * @throws InvalidBatchException if no whole batch begins there
     */
    public static void stampProducer(ByteBuffer batch, long producerId, short producerEpoch, int baseSequence) {
        int start = batch.position();
        int size = RecordBatch.at(batch, start).sizeInBytes();
        batch.putLong(start + BatchHeader.PRODUCER_ID_AT, producerId);
        batch.putShort(start + BatchHeader.PRODUCER_EPOCH_AT, producerEpoch);
        batch.putInt(start + BatchHeader.BASE_SEQUENCE_AT, baseSequence);
        batch.putInt(start + BatchHeader.CRC_AT, (int) RecordBatch.checksum(batch, start, size));
    }

    /**
     * Overwrites base offset and leader epoch of the batch at the buffer's position, which the checksum does not cover.
     * The header is enough, the records need not be there.
     *
     * @throws InvalidBatchException if no header begins there
     */
    public static void stampLeader(ByteBuffer batch, long baseOffset, int leaderEpoch) {
        int start = batch.position();
        BatchHeader.at(batch, start);
        batch.putLong(start + BatchHeader.BASE_OFFSET_AT, baseOffset);
        batch.putInt(start + BatchHeader.LEADER_EPOCH_AT, leaderEpoch);
    }

    /**
     * Makes the leader's time that of all records: sets the timestamp type and the max timestamp in a batch's header, and
     * its checksum, which covers both. What the records say of their time stays in them and counts no more.
     *
     * @param header the batch's first {@value BatchHeader#BYTES} bytes from the position on; more may follow
     * @param records what lies behind the header, all of it; stays as it is
     * @param nowMillis ms since 1970, at least 0
     * @throws InvalidBatchException if no header begins there
     */
    public static void stampLogAppendTime(ByteBuffer header, ByteBuffer records, long nowMillis) {
        int start = header.position();
        BatchHeader batch = BatchHeader.at(header, start);
        header.putShort(
                start + BatchHeader.ATTRIBUTES_AT, (short) (batch.attributes() | BatchHeader.LOG_APPEND_TIME_BIT));
        header.putLong(start + BatchHeader.MAX_TIMESTAMP_AT, nowMillis);
        CRC32C crc = new CRC32C();
        crc.update(header.slice(start + BatchHeader.ATTRIBUTES_AT, BatchHeader.BYTES - BatchHeader.ATTRIBUTES_AT));
        crc.update(records.slice());
        header.putInt(start + BatchHeader.CRC_AT, (int) crc.getValue());
    }
}
