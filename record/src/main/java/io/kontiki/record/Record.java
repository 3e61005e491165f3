package io.kontiki.record;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.NoSuchElementException;

/**
 * One record of a batch: a view over the batch's bytes, no copy, or of its own bytes if they were compressed. Layout, numbers zig-zag coded with variable length:
 *
 * <pre>
 * length | attributes int8 (unused) | timestamp delta | offset delta
 *        | key length (-1 none), key | value length (-1 none), value
 *        | header count | per header: key length, key in UTF-8, value length (-1 none), value
 * </pre>
 */
public final class Record {
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
     * For {@link RecordCursor}, which has parsed the body; places are positions in it.
     *
     * @param body with an array
     */
    Record(
            ByteBuffer body,
            long offset,
            long timestampMs,
            int keyAt,
            int keyBytes,
            int valueAt,
            int valueBytes,
            int headersAt,
            int headerCount) {
        this.body = body;
        this.offset = offset;
        this.timestampMs = timestampMs;
        this.keyAt = keyAt;
        this.keyBytes = keyBytes;
        this.valueAt = valueAt;
        this.valueBytes = valueBytes;
        this.headersAt = headersAt;
        this.headerCount = headerCount;
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
        ByteReader source =
                new ByteReader().over(body.array(), body.arrayOffset() + headersAt, body.arrayOffset() + body.limit());
        List<RecordHeader> headers = new ArrayList<>(headerCount);
        for (int i = 0; i < headerCount; i++) {
            headers.add(readHeader(source));
        }
        return headers;
    }

    private RecordHeader readHeader(ByteReader source) {
        int keyBytes = source.readInt();
        String name = new String(body.array(), source.at(), keyBytes, StandardCharsets.UTF_8);
        source.skip(keyBytes);
        int valueBytes = source.readInt();
        if (valueBytes < 0) {
            return RecordHeader.withoutValue(name);
        }
        ByteBuffer value = body.slice(source.at() - body.arrayOffset(), valueBytes);
        source.skip(valueBytes);
        return RecordHeader.of(name, value);
    }
}
