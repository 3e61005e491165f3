package io.kontiki.cli.output;

import com.google.gson.JsonArray;
import com.google.gson.JsonNull;
import com.google.gson.JsonObject;
import io.kontiki.cli.output.PrintedRecord.PrintedHeader;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.Optional;

/**
 * One JSON object per line and record, nothing lost: bytes that are UTF-8 are text in {@code key} and {@code value}; any
 * others are in {@code keyBase64} and {@code valueBase64} instead. What is absent is {@code null}.
 */
public final class RecordJson implements RecordPrinter {
    @Override
    public void print(PrintedRecord record, OutputStream out) throws IOException {
        out.write(JsonText.line(toJson(record)).getBytes(StandardCharsets.UTF_8));
    }

    /** The record as one object. */
    public static JsonObject toJson(PrintedRecord record) {
        var object = new JsonObject();
        object.addProperty("topic", record.topic());
        object.addProperty("partition", record.partition());
        object.addProperty("offset", record.offset());
        object.addProperty("timestamp", JsonText.time(record.timestampMs()));
        addBytes(object, "key", record.key());
        addBytes(object, "value", record.value());
        var headers = new JsonArray();
        for (PrintedHeader header : record.headers()) {
            var pair = new JsonObject();
            pair.addProperty("key", header.key());
            addBytes(pair, "value", header.value());
            headers.add(pair);
        }
        object.add("headers", headers);
        return object;
    }

    private static void addBytes(JsonObject object, String field, Optional<byte[]> bytes) {
        if (bytes.isEmpty()) {
            object.add(field, JsonNull.INSTANCE);
            return;
        }
        try {
            var text = StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes.get()));
            object.addProperty(field, text.toString());
        } catch (CharacterCodingException notText) {
            object.addProperty(field + "Base64", Base64.getEncoder().encodeToString(bytes.get()));
        }
    }
}
