package io.kontiki.cli.output;

import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonPrimitive;
import com.google.gson.stream.JsonWriter;
import java.io.IOException;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.time.Instant;
import java.util.Collection;
import java.util.Map;

/**
 * JSON as the command writes it: fields in the order in which they were added, times as RFC 3339 text, and all integers
 * as JSON numbers.
 *
 * <p>Protobuf's own mapping writes 64-bit integers as strings, for readers that keep numbers as doubles. Here they are
 * numbers: offsets, epochs and sizes stay far below 2^53, where doubles are exact, and with strings a comparison such as
 * jq's {@code .offset > 100} would quietly be always true.
 *
 * <p>Written with Gson's writer alone: a {@code Gson} instance would cost more at start-up than most commands take.
 */
public final class JsonText {
    private JsonText() {}

    /** One document for people and programs: indented, ended by a line feed. */
    public static String document(JsonElement element) {
        return write(element, "  ") + "\n";
    }

    /** One line, ended by a line feed. */
    public static String line(JsonElement element) {
        return write(element, "") + "\n";
    }

    /** An array of numbers. */
    public static JsonArray numbers(Collection<? extends Number> numbers) {
        var array = new JsonArray();
        numbers.forEach(array::add);
        return array;
    }

    /** An object of texts, in the map's order. */
    public static JsonObject texts(Map<String, String> texts) {
        var object = new JsonObject();
        texts.forEach(object::addProperty);
        return object;
    }

    /** A time stamp, with milliseconds only where there are some. */
    public static String time(long millisSince1970) {
        return Instant.ofEpochMilli(millisSince1970).toString();
    }

    private static String write(JsonElement element, String indent) {
        var text = new StringWriter();
        try {
            var writer = new JsonWriter(text);
            writer.setHtmlSafe(false);
            if (!indent.isEmpty()) {
                writer.setIndent(indent);
            }
            write(element, writer);
            writer.flush();
        } catch (IOException e) {
            throw new UncheckedIOException("a StringWriter does not fail", e);
        }
        return text.toString();
    }

    private static void write(JsonElement element, JsonWriter writer) throws IOException {
        if (element instanceof JsonObject object) {
            writer.beginObject();
            for (var field : object.entrySet()) {
                writer.name(field.getKey());
                write(field.getValue(), writer);
            }
            writer.endObject();
        } else if (element instanceof JsonArray array) {
            writer.beginArray();
            for (JsonElement item : array) {
                write(item, writer);
            }
            writer.endArray();
        } else if (element instanceof JsonPrimitive primitive) {
            write(primitive, writer);
        } else {
            writer.nullValue();
        }
    }

    private static void write(JsonPrimitive primitive, JsonWriter writer) throws IOException {
        if (primitive.isBoolean()) {
            writer.value(primitive.getAsBoolean());
        } else if (primitive.isNumber()) {
            writer.value(primitive.getAsNumber());
        } else {
            writer.value(primitive.getAsString());
        }
    }
}
