package io.kontiki.quickstart;

import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.util.Objects;

/**
 * One record of the load.
 *
 * @param index its number in the load, from 0 on; it travels as a header, so that two equal lines stay two
 * @param key records of one key keep their order
 * @param text the content, one character for each byte
 */
record Line(int index, String key, String text) {
    /** Name of the header that carries the index, in decimal digits. */
    static final String INDEX_HEADER = "line";

    /** Maps every byte to a character and back, so that files of any encoding come through unaltered. */
    static final Charset BYTES = StandardCharsets.ISO_8859_1;

    Line {
        Objects.requireNonNull(key, "key");
        Objects.requireNonNull(text, "text");
        if (index < 0) {
            throw new IllegalArgumentException("index " + index + " is negative");
        }
    }

    byte[] value() {
        return text.getBytes(BYTES);
    }

    byte[] indexHeader() {
        return Integer.toString(index).getBytes(BYTES);
    }
}
