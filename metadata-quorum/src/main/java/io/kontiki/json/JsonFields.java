package io.kontiki.json;

import java.util.Collection;
import java.util.Optional;

/**
 * A JSON object being written, on one line, its fields in the order in which they are added. All integers are JSON
 * numbers, as in the command line's JSON (decision 6). Not thread-safe.
 */
public final class JsonFields {
    private static final String SEPARATOR = ",";

    private final StringBuilder text = new StringBuilder("{");

    public JsonFields put(String name, long value) {
        name(name).append(value);
        return this;
    }

    public JsonFields put(String name, boolean value) {
        name(name).append(value);
        return this;
    }

    public JsonFields put(String name, String value) {
        quote(value, name(name));
        return this;
    }

    /** An absent value is {@code null}. */
    public JsonFields put(String name, Optional<String> value) {
        return value.isPresent() ? put(name, value.get()) : putNull(name);
    }

    public JsonFields put(String name, JsonFields value) {
        name(name).append(value);
        return this;
    }

    public JsonFields putNull(String name) {
        name(name).append("null");
        return this;
    }

    public JsonFields putNumbers(String name, Collection<? extends Number> values) {
        return putValue(name, values);
    }

    public JsonFields putTexts(String name, Iterable<String> values) {
        return putValue(name, values);
    }

    public JsonFields putObjects(String name, Iterable<JsonFields> values) {
        var array = name(name).append('[');
        var separator = "";
        for (var value : values) {
            array.append(separator).append(value);
            separator = SEPARATOR;
        }
        array.append(']');
        return this;
    }

    /**
     * What is only known as an object: {@code null}, a whole number, a truth value or several of them in a row stay what they
     * are; anything else is its text.
     */
    public JsonFields putValue(String name, Object value) {
        append(value, name(name));
        return this;
    }

    private static void append(Object value, StringBuilder out) {
        if (value == null || value instanceof Integer || value instanceof Long || value instanceof Boolean) {
            out.append(value);
        } else if (value instanceof Iterable<?> values) {
            out.append('[');
            var separator = "";
            for (var each : values) {
                append(each, out.append(separator));
                separator = SEPARATOR;
            }
            out.append(']');
        } else {
            quote(value.toString(), out);
        }
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
            } else if (c == '\n') {
                out.append("\\n");
            } else if (c == '\t') {
                out.append("\\t");
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
