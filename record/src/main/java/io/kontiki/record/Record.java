package io.kontiki.record;

import io.kontiki.record.InvalidBatchException.Reason;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.NoSuchElementException;

/**
 * One record inside a batch: a view over the batch's bytes, no copy. Layout, numbers zig-zag coded with variable length:
 *
 * <pre>
 * length | attributes int8 (unused) | timestamp delta | offset delta
 *        | key length (-1 none), key | value length (-1 none), value
 *        | header count | per header: key length, key in UTF-8, value length (-1 none), value
 * </pre>
 */
public final class Record {
    /** Shortest form of a header: two lengths. Bounds what a claimed header count can make a reader do. */
    private static final int MIN_HEADER_BYTES = 2;

    private final ByteBuffer body;
    private final long offset;
    private final long timestampMs;
    private final int keyAt;
    private final int keyBytes;
    private final int valueAt;
    private final int valueBytes;
    private final int headersAt;
    private final int headerCount;

    /**
     * Parses one record at the position of {@code records} and moves the position behind it.
     *
     * @param expectedDelta the offset delta that this record must have
     */
    static Record read(ByteBuffer records, BatchHeader batch, int expectedDelta) {
        int length = Varints.readInt(records);
        if (length < 0 || length > records.remaining()) {
            throw invalid(expectedDelta, "length is " + length + ", " + records.remaining() + " bytes are left");
        }
        ByteBuffer body = records.slice(records.position(), length);
        records.position(records.position() + length);
        return new Record(body, batch, expectedDelta);
    }

    private Record(ByteBuffer body, BatchHeader batch, int expectedDelta) {
        this.body = body;
        if (!body.hasRemaining()) {
            throw invalid(expectedDelta, "length is 0, attributes are missing");
        }
        body.get();
        long timestampDelta = Varints.readLong(body);
        int offsetDelta = Varints.readInt(body);
        if (offsetDelta != expectedDelta) {
            throw invalid(expectedDelta, "offset delta is " + offsetDelta + ", expected " + expectedDelta);
        }
        this.offset = batch.baseOffset() + offsetDelta;
        this.timestampMs = batch.isLogAppendTime() ? batch.maxTimestampMs() : batch.baseTimestampMs() + timestampDelta;
        this.keyBytes = readLength("key", -1, expectedDelta);
        this.keyAt = skip(keyBytes);
        this.valueBytes = readLength("value", -1, expectedDelta);
        this.valueAt = skip(valueBytes);
        this.headerCount = Varints.readInt(body);
        if (headerCount < 0 || headerCount > body.remaining() / MIN_HEADER_BYTES) {
            throw invalid(
                    expectedDelta, "header count is " + headerCount + ", " + body.remaining() + " bytes are left");
        }
        this.headersAt = body.position();
        skipHeaders(expectedDelta);
    }

    private void skipHeaders(int expectedDelta) {
        for (int i = 0; i < headerCount; i++) {
            skip(readLength("header key", 0, expectedDelta));
            skip(readLength("header value", -1, expectedDelta));
        }
        if (body.hasRemaining()) {
            throw invalid(expectedDelta, body.remaining() + " bytes are left behind its last header");
        }
    }

    private int readLength(String field, int min, int delta) {
        int length = Varints.readInt(body);
        if (length < min || length > body.remaining()) {
            throw invalid(
                    delta,
                    field + " length is " + length + ", outside " + min + " to " + body.remaining() + " bytes left");
        }
        return length;
    }

    private int skip(int bytes) {
        int from = body.position();
        body.position(from + Math.max(bytes, 0));
        return from;
    }

    private static InvalidBatchException invalid(int delta, String what) {
        return new InvalidBatchException(Reason.INVALID_RECORD, "record " + delta + " of the batch: " + what);
    }

    public long offset() {
        return offset;
    }

    /** In ms since 1970, or {@link BatchHeader#NO_TIMESTAMP}. */
    public long timestampMs() {
        return timestampMs;
    }

    public boolean hasKey() {
        return keyBytes >= 0;
    }

    /**
     * The key's bytes, read-only, as a buffer of the caller's own.
     *
     * @throws NoSuchElementException if there is none
     */
    public ByteBuffer key() {
        return part("key", keyAt, keyBytes);
    }

    public boolean hasValue() {
        return valueBytes >= 0;
    }

    /**
     * The value's bytes, read-only, as a buffer of the caller's own.
     *
     * @throws NoSuchElementException if there is none (in a compacted topic: the key is deleted)
     */
    public ByteBuffer value() {
        return part("value", valueAt, valueBytes);
    }

    private ByteBuffer part(String name, int from, int bytes) {
        if (bytes < 0) {
            throw new NoSuchElementException("record at offset " + offset + " has no " + name);
        }
        return body.slice(from, bytes).asReadOnlyBuffer();
    }

    public int headerCount() {
        return headerCount;
    }

    /** Parsed at each call; in the order they were added, keys may repeat. */
    public List<RecordHeader> headers() {
        if (headerCount == 0) {
            return List.of();
        }
        ByteBuffer source = body.duplicate().position(headersAt);
        List<RecordHeader> headers = new ArrayList<>(headerCount);
        for (int i = 0; i < headerCount; i++) {
            headers.add(readHeader(source));
        }
        return headers;
    }

    private static RecordHeader readHeader(ByteBuffer source) {
        byte[] key = new byte[Varints.readInt(source)];
        source.get(key);
        String name = new String(key, StandardCharsets.UTF_8);
        int valueBytes = Varints.readInt(source);
        if (valueBytes < 0) {
            return RecordHeader.withoutValue(name);
        }
        ByteBuffer value = source.slice(source.position(), valueBytes);
        source.position(source.position() + valueBytes);
        return RecordHeader.of(name, value);
    }
}
