package io.kontiki.record;

import io.kontiki.record.InvalidBatchException.Reason;
import java.nio.ByteBuffer;
import java.util.NoSuchElementException;

/**
 * Walks the records of a batch without an object to each: {@link #next} moves on, the accessors tell of the record it
 * moved to. Compressed records are expanded piece by piece into a buffer that is used again; it grows to the greatest
 * record. Not thread-safe. Must be closed, since a codec may hold native memory; reading to the end closes too.
 */
public final class RecordCursor implements AutoCloseable {
    /** Shortest form of a header: two lengths. Bounds what a claimed header count can make a reader do. */
    private static final int MIN_HEADER_BYTES = 2;

    private static final int MAX_LENGTH_BYTES = 5;

    private final RecordBatch batch;
    private final RecordSource source;
    private final int recordCount;
    private final int lastOffsetDelta;
    private final boolean logAppendTime;
    private final long baseTimestampMs;
    private final long maxTimestampMs;
    private final ByteReader reader = new ByteReader();
    private ByteBuffer window;
    /** The window's array, and where its position 0 is there. */
    private byte[] bytes;

    private int base;
    private ByteBuffer keyView;
    private ByteBuffer valueView;
    private int read;
    private int offsetDelta = -1;
    private long timestampDelta;
    private int bodyAt;
    private int bodyEnd;
    private int offsetDeltaAt;
    private int keyAt;
    private int keyBytes;
    private int valueAt;
    private int valueBytes;
    private int headersAt;
    private int headerCount;

    RecordCursor(RecordBatch batch, RecordSource source) {
        this.batch = batch;
        this.source = source;
        this.recordCount = batch.recordCount();
        this.lastOffsetDelta = batch.lastOffsetDelta();
        this.logAppendTime = batch.isLogAppendTime();
        this.baseTimestampMs = batch.baseTimestampMs();
        this.maxTimestampMs = batch.maxTimestampMs();
        adoptWindow();
    }

    /** What the reader sees begins where the window does. */
    private void adoptWindow() {
        ByteBuffer now = source.window();
        if (window != now) {
            window = now;
            keyView = now.asReadOnlyBuffer();
            valueView = now.asReadOnlyBuffer();
            bytes = now.array();
            base = now.arrayOffset();
        }
        reader.over(bytes, base + now.position(), base + now.limit());
    }

    /** Whether there is a record to move to; if it can be read, {@link #next} tells. */
    public boolean hasNext() {
        return read < recordCount;
    }

    /**
     * Moves to the next record.
     *
     * @return false behind the last one
     * @throws InvalidBatchException (INVALID_RECORD) if the record or what it is compressed in does not parse, or bytes are
     *     left behind the last one; (RECORD_TOO_LARGE) if the records expand to more than the limit. The cursor is at its
     *     end then
     */
    public boolean next() {
        if (read >= recordCount) {
            return false;
        }
        boolean parsed = false;
        try {
            source.available(MAX_LENGTH_BYTES);
            adoptWindow();
            int length = reader.readInt();
            window.position(reader.at() - base);
            requireBytes(length);
            parse(length);
            read++;
            if (read == recordCount) {
                requireNothingBehind();
                source.close();
            }
            parsed = true;
        } finally {
            if (!parsed) {
                close();
            }
        }
        return true;
    }

    private void requireBytes(int length) {
        int available = length < 0 ? window.remaining() : source.available(length);
        if (length < 0 || length > available) {
            throw invalid("length is " + length + ", " + available + " bytes are left");
        }
        adoptWindow();
    }

    private void parse(int length) {
        bodyAt = reader.at() - base;
        bodyEnd = bodyAt + length;
        reader.over(bytes, base + bodyAt, base + bodyEnd);
        parseBody();
        window.position(bodyEnd);
    }

    private void parseBody() {
        if (reader.remaining() == 0) {
            throw invalid("length is 0, attributes are missing");
        }
        reader.skip(1);
        timestampDelta = reader.readLong();
        offsetDeltaAt = reader.at() - base;
        int delta = reader.readInt();
        if (delta <= offsetDelta || delta > lastOffsetDelta) {
            throw invalid("offset delta is " + delta + ", outside " + (offsetDelta + 1) + " to the batch's last, "
                    + lastOffsetDelta);
        }
        offsetDelta = delta;
        keyBytes = readLength("key", -1);
        keyAt = skip(keyBytes);
        valueBytes = readLength("value", -1);
        valueAt = skip(valueBytes);
        headerCount = reader.readInt();
        if (headerCount < 0 || headerCount > reader.remaining() / MIN_HEADER_BYTES) {
            throw invalid("header count is " + headerCount + ", " + reader.remaining() + " bytes are left");
        }
        headersAt = reader.at() - base;
        skipHeaders();
    }

    private void skipHeaders() {
        for (int i = 0; i < headerCount; i++) {
            skip(readLength("header key", 0));
            skip(readLength("header value", -1));
        }
        if (reader.remaining() > 0) {
            throw invalid(reader.remaining() + " bytes are left behind its last header");
        }
    }

    private int readLength(String field, int min) {
        int length = reader.readInt();
        if (length < min || length > reader.remaining()) {
            throw invalid(
                    field + " length is " + length + ", outside " + min + " to " + reader.remaining() + " bytes left");
        }
        return length;
    }

    private int skip(int count) {
        int from = reader.at() - base;
        reader.skip(Math.max(count, 0));
        return from;
    }

    private void requireNothingBehind() {
        if (!source.atEnd()) {
            throw new InvalidBatchException(
                    Reason.INVALID_RECORD,
                    (window.hasRemaining() ? window.remaining() + " bytes" : "More bytes")
                            + " are left behind the last record");
        }
    }

    private InvalidBatchException invalid(String what) {
        return new InvalidBatchException(Reason.INVALID_RECORD, "record " + read + " of the batch: " + what);
    }

    /** Offset of the record. */
    public long offset() {
        return batch.baseOffset() + offsetDelta;
    }

    /** Distance to the batch's base offset; rises from record to record, by one where none was compacted away. */
    public int offsetDelta() {
        return offsetDelta;
    }

    /** In ms since 1970, or {@link BatchHeader#NO_TIMESTAMP}. */
    public long timestampMs() {
        return logAppendTime ? maxTimestampMs : baseTimestampMs + timestampDelta;
    }

    public boolean hasKey() {
        return keyBytes >= 0;
    }

    /**
     * The key's bytes between position and limit, read-only; the cursor's own buffer, right until the next call of this
     * method or of {@link #next}.
     *
     * @throws NoSuchElementException if there is none
     */
    public ByteBuffer key() {
        return part("key", keyView, keyAt, keyBytes);
    }

    public boolean hasValue() {
        return valueBytes >= 0;
    }

    /** As {@link #key} does, the value's bytes. */
    public ByteBuffer value() {
        return part("value", valueView, valueAt, valueBytes);
    }

    private ByteBuffer part(String name, ByteBuffer view, int at, int bytes) {
        if (bytes < 0) {
            throw new NoSuchElementException("record at offset " + offset() + " has no " + name);
        }
        return view.clear().limit(at + bytes).position(at);
    }

    public int headerCount() {
        return headerCount;
    }

    /** Bytes of the record, without the length in front of it. */
    public int sizeInBytes() {
        return bodyEnd - bodyAt;
    }

    /** The record as a value that stays as it is when the cursor moves on. */
    public Record record() {
        ByteBuffer body = source.keep(bodyAt, bodyEnd - bodyAt);
        return new Record(
                body,
                offset(),
                timestampMs(),
                keyAt - bodyAt,
                keyBytes,
                valueAt - bodyAt,
                valueBytes,
                headersAt - bodyAt,
                headerCount);
    }

    /** Writes the record as it is, but for the timestamp's delta, into a batch of the same base offset. */
    void copyTo(RecordSink target, long newTimestampDelta) {
        int rest = bodyEnd - offsetDeltaAt;
        int body = 1 + Varints.sizeOf(newTimestampDelta) + rest;
        ByteBuffer bytes = target.reserve(Varints.sizeOf(body) + body);
        Varints.write(bytes, body);
        bytes.put(window.get(bodyAt));
        Varints.write(bytes, newTimestampDelta);
        bytes.put(bytes.position(), window, offsetDeltaAt, rest).position(bytes.position() + rest);
        target.endRecord();
    }

    /** What the record says, whatever the type of the batch's timestamps. */
    long timestampDelta() {
        return timestampDelta;
    }

    @Override
    public void close() {
        read = Integer.MAX_VALUE;
        source.close();
    }
}
