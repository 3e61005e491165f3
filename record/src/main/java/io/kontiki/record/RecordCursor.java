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
    private final boolean logAppendTime;
    private final long baseTimestampMs;
    private final long maxTimestampMs;
    private ByteBuffer window;
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
        this.logAppendTime = batch.isLogAppendTime();
        this.baseTimestampMs = batch.baseTimestampMs();
        this.maxTimestampMs = batch.maxTimestampMs();
        adopt(source.window());
    }

    private void adopt(ByteBuffer newWindow) {
        if (window != newWindow) {
            window = newWindow;
            keyView = newWindow.asReadOnlyBuffer();
            valueView = newWindow.asReadOnlyBuffer();
        }
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
            adopt(source.window());
            int length = Varints.readInt(window);
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
        adopt(source.window());
    }

    private void parse(int length) {
        int windowEnd = window.limit();
        bodyAt = window.position();
        bodyEnd = bodyAt + length;
        window.limit(bodyEnd);
        parseBody();
        window.limit(windowEnd);
    }

    private void parseBody() {
        if (!window.hasRemaining()) {
            throw invalid("length is 0, attributes are missing");
        }
        window.get();
        timestampDelta = Varints.readLong(window);
        offsetDeltaAt = window.position();
        int delta = Varints.readInt(window);
        if (delta <= offsetDelta || delta > batch.lastOffsetDelta()) {
            throw invalid("offset delta is " + delta + ", outside " + (offsetDelta + 1) + " to the batch's last, "
                    + batch.lastOffsetDelta());
        }
        offsetDelta = delta;
        keyBytes = readLength("key", -1);
        keyAt = skip(keyBytes);
        valueBytes = readLength("value", -1);
        valueAt = skip(valueBytes);
        headerCount = Varints.readInt(window);
        if (headerCount < 0 || headerCount > window.remaining() / MIN_HEADER_BYTES) {
            throw invalid("header count is " + headerCount + ", " + window.remaining() + " bytes are left");
        }
        headersAt = window.position();
        skipHeaders();
    }

    private void skipHeaders() {
        for (int i = 0; i < headerCount; i++) {
            skip(readLength("header key", 0));
            skip(readLength("header value", -1));
        }
        if (window.hasRemaining()) {
            throw invalid(window.remaining() + " bytes are left behind its last header");
        }
    }

    private int readLength(String field, int min) {
        int length = Varints.readInt(window);
        if (length < min || length > window.remaining()) {
            throw invalid(
                    field + " length is " + length + ", outside " + min + " to " + window.remaining() + " bytes left");
        }
        return length;
    }

    private int skip(int bytes) {
        int from = window.position();
        window.position(from + Math.max(bytes, 0));
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
