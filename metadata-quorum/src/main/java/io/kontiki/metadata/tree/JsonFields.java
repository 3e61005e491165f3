package io.kontiki.metadata.tree;

import java.util.Collection;
import java.util.Optional;

/**
 * A JSON object being written, on one line, its fields in the order in which they are added. All integers are JSON
 * numbers, as in the command line's JSON (decision 6). Not thread-safe.
 */
final class JsonFields {
    private final StringBuilder text = new StringBuilder("{");

    JsonFields put(String name, long value) {
        name(name).append(value);
        return this;
    }

    JsonFields put(String name, boolean value) {
        name(name).append(value);
        return this;
    }

    JsonFields put(String name, String value) {
        quote(value, name(name));
        return this;
    }

    /** An absent value is {@code null}. */
    JsonFields put(String name, Optional<String> value) {
        return value.isPresent() ? put(name, value.get()) : putNull(name);
    }

    JsonFields put(String name, JsonFields value) {
        name(name).append(value);
        return this;
    }

    JsonFields putNull(String name) {
        name(name).append("null");
        return this;
    }

    JsonFields putNumbers(String name, Collection<? extends Number> values) {
        var array = name(name).append('[');
        var separator = "";
        for (var value : values) {
            array.append(separator).append(value);
            separator = ",";
        }
        array.append(']');
        return this;
    }

    JsonFields putTexts(String name, Iterable<String> values) {
        var array = name(name).append('[');
        var separator = "";
        for (var value : values) {
            array.append(separator);
            quote(value, array);
            separator = ",";
        }
        array.append(']');
        return this;
    }

    JsonFields putObjects(String name, Iterable<JsonFields> values) {
        var array = name(name).append('[');
        var separator = "";
        for (var value : values) {
            array.append(separator).append(value);
            separator = ",";
        }
        array.append(']');
        return this;
    }

    @Override
    public String toString() {
        return text + "}";
    }

    private StringBuilder name(String name) {
        if (text.length() > 1) {
            text.append(',');
        }
        quote(name, text);
        return text.append(':');
    }

    private static void quote(String value, StringBuilder out) {
        out.append('"');
        for (int i = 0; i < value.length(); i++) {
            char c = value.charAt(i);
            if (c == '"' || c == '\\') {
                out.append('\\').append(c);
            } else if (Character.isISOControl(c) || Character.isSurrogate(c) || c == '\u2028' || c == '\u2029') {
                // A lone surrogate has no UTF-8; escaped, halves and pairs both read back as they were.
                out.append(String.format("\\u%04x", (int) c));
            } else {
                out.append(c);
            }
        }
        out.append('"');
    }
}
