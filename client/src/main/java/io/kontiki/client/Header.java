package io.kontiki.client;

import java.util.Objects;
import java.util.Optional;

/** A name and a value that travel with a record. Immutable, as long as nobody writes into the array of the value. */
public final class Header {
    private final String key;
    private final byte[] value;

    private Header(String key, byte[] value) {
        this.key = Objects.requireNonNull(key, "key");
        this.value = value;
    }

    /** A header with a value; the array is kept, not copied. */
    public static Header of(String key, byte[] value) {
        return new Header(key, Objects.requireNonNull(value, "value"));
    }

    /** A header without a value. */
    public static Header of(String key) {
        return new Header(key, null);
    }

    /** The name. */
    public String key() {
        return key;
    }

    /** The value, if there is one; the array is shared, not copied. */
    public Optional<byte[]> value() {
        return Optional.ofNullable(value);
    }

    byte[] rawValue() {
        return value;
    }
}
