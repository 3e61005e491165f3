package io.kontiki.record;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.NoSuchElementException;
import java.util.Objects;

/**
 * A named value beside a record's key and value. Holds the bytes it was given without a copy; they must not change.
 */
public final class RecordHeader {
    private static final ByteBuffer NO_VALUE = ByteBuffer.allocate(0).asReadOnlyBuffer();

    private final String key;
    private final ByteBuffer value;

    private RecordHeader(String key, ByteBuffer value) {
        this.key = Objects.requireNonNull(key, "key");
        this.value = value;
    }

    /** @param value what lies between the buffer's position and limit */
    public static RecordHeader of(String key, ByteBuffer value) {
        return new RecordHeader(key, value.slice().asReadOnlyBuffer());
    }

    /** A header with the text's UTF-8 bytes as its value. */
    public static RecordHeader of(String key, String value) {
        return of(key, ByteBuffer.wrap(value.getBytes(StandardCharsets.UTF_8)));
    }

    /** A header that has a key only; not the same as one with an empty value. */
    public static RecordHeader withoutValue(String key) {
        return new RecordHeader(key, NO_VALUE);
    }

    public String key() {
        return key;
    }

    public boolean hasValue() {
        return value != NO_VALUE;
    }

    /**
     * The value's bytes, as a buffer of the caller's own.
     *
     * @throws NoSuchElementException if there is none
     */
    public ByteBuffer value() {
        if (!hasValue()) {
            throw new NoSuchElementException("header " + key + " has no value");
        }
        return value.duplicate();
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof RecordHeader that
                && key.equals(that.key)
                && hasValue() == that.hasValue()
                && value.equals(that.value);
    }

    @Override
    public int hashCode() {
        return Objects.hash(key, value);
    }

    @Override
    public String toString() {
        return key + (hasValue() ? "=" + value.remaining() + " bytes" : "");
    }
}
