package io.kontiki.cli;

import com.google.gson.JsonObject;
import io.kontiki.cli.output.Listing;
import io.kontiki.cli.output.PrintedRecord;
import io.kontiki.cli.output.RecordJson;
import io.kontiki.record.Record;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;

/** A record of a segment, as {@code kontiki log dump --records} lists it. */
final class DumpedRecord {
    private static final int SHOWN_BYTES = 60;

    static final Listing<PrintedRecord> LISTING = new Listing<PrintedRecord>(
                    "records", shown -> Long.toString(shown.offset()), DumpedRecord::json)
            .number("OFFSET", PrintedRecord::offset)
            .text("TIME", shown -> DumpedBatch.timeText(shown.timestampMs()))
            .text("KEY", shown -> text(shown.key()))
            .text("VALUE", shown -> text(shown.value()))
            .number(
                    "VALUE BYTES",
                    shown -> shown.value().map(v -> Integer.toString(v.length)).orElse(""))
            .number("HEADERS", shown -> shown.headers().size());

    private DumpedRecord() {}

    static PrintedRecord of(Record source) {
        return new PrintedRecord(
                "",
                0,
                source.offset(),
                source.timestampMs(),
                source.hasKey() ? Optional.of(bytes(source.key())) : Optional.empty(),
                source.hasValue() ? Optional.of(bytes(source.value())) : Optional.empty(),
                source.headers().stream()
                        .map(header -> new PrintedRecord.PrintedHeader(
                                header.key(),
                                header.hasValue() ? Optional.of(bytes(header.value())) : Optional.empty()))
                        .toList());
    }

    private static byte[] bytes(ByteBuffer source) {
        byte[] copy = new byte[source.remaining()];
        source.duplicate().get(copy);
        return copy;
    }

    /** The beginning, for people; {@code -} if there is nothing. */
    private static String text(Optional<byte[]> bytes) {
        return bytes.map(all -> {
                    String whole = new String(all, 0, Math.min(all.length, SHOWN_BYTES), StandardCharsets.UTF_8);
                    return all.length > SHOWN_BYTES ? whole + "…" : whole;
                })
                .orElse("");
    }

    private static JsonObject json(PrintedRecord shown) {
        JsonObject object = RecordJson.toJson(shown);
        List.of("topic", "partition").forEach(object::remove);
        return object;
    }
}
