package io.kontiki.cli;

import com.google.gson.JsonArray;
import com.google.gson.JsonNull;
import com.google.gson.JsonObject;
import io.kontiki.cli.output.JsonText;
import io.kontiki.cli.output.Listing;
import io.kontiki.record.RecordBatch;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * A batch of a segment, as {@code kontiki log dump} lists it: copied, since the batch is gone when the line is printed.
 *
 * @param position in the file, in bytes
 * @param lastOffset inclusive
 * @param maxTimestampMs ms since 1970, or -1
 * @param producerId -1 if none, as are epoch and sequence then
 * @param flags what is unusual about it
 * @param sound whether its checksum is right
 */
record DumpedBatch(
        long position,
        long baseOffset,
        long lastOffset,
        int records,
        int bytes,
        String codec,
        long maxTimestampMs,
        int leaderEpoch,
        long producerId,
        int producerEpoch,
        int baseSequence,
        List<String> flags,
        boolean sound) {
    static final Listing<DumpedBatch> LISTING = new Listing<DumpedBatch>(
                    "batches", batch -> Long.toString(batch.baseOffset()), DumpedBatch::json)
            .number("POSITION", DumpedBatch::position)
            .number("FIRST OFFSET", DumpedBatch::baseOffset)
            .number("LAST OFFSET", DumpedBatch::lastOffset)
            .number("RECORDS", DumpedBatch::records)
            .number("BYTES", DumpedBatch::bytes)
            .text("CODEC", DumpedBatch::codec)
            .text("NEWEST TIME", batch -> timeText(batch.maxTimestampMs()))
            .number("LEADER EPOCH", DumpedBatch::leaderEpoch)
            .number("PRODUCER", batch -> numberOrNone(batch.producerId()))
            .wideNumber("PRODUCER EPOCH", batch -> numberOrNone(batch.producerEpoch()))
            .number("SEQUENCE", batch -> numberOrNone(batch.baseSequence()))
            .text("FLAGS", batch -> String.join(",", batch.flags()))
            .text("CRC", batch -> batch.sound() ? "ok" : "WRONG");

    static DumpedBatch of(long position, RecordBatch batch) {
        return new DumpedBatch(
                position,
                batch.baseOffset(),
                batch.lastOffset(),
                batch.recordCount(),
                batch.sizeInBytes(),
                batch.compression().name().toLowerCase(Locale.ROOT),
                batch.maxTimestampMs(),
                batch.leaderEpoch(),
                batch.producerId(),
                batch.producerEpoch(),
                batch.baseSequence(),
                flags(batch),
                batch.hasValidChecksum());
    }

    private static List<String> flags(RecordBatch batch) {
        List<String> flags = new ArrayList<>();
        if (batch.isControl()) {
            flags.add("control");
        }
        if (batch.isTransactional()) {
            flags.add("transactional");
        }
        if (batch.isLogAppendTime()) {
            flags.add("log-append-time");
        }
        return flags;
    }

    static String timeText(long timestampMs) {
        return timestampMs < 0 ? "" : JsonText.time(timestampMs);
    }

    static String numberOrNone(long number) {
        return number < 0 ? "" : Long.toString(number);
    }

    private JsonObject json() {
        var object = new JsonObject();
        object.addProperty("position", position);
        object.addProperty("baseOffset", baseOffset);
        object.addProperty("lastOffset", lastOffset);
        object.addProperty("records", records);
        object.addProperty("bytes", bytes);
        object.addProperty("codec", codec);
        if (maxTimestampMs < 0) {
            object.add("maxTimestamp", JsonNull.INSTANCE);
        } else {
            object.addProperty("maxTimestamp", JsonText.time(maxTimestampMs));
        }
        object.addProperty("leaderEpoch", leaderEpoch);
        object.addProperty("producerId", producerId);
        object.addProperty("producerEpoch", producerEpoch);
        object.addProperty("baseSequence", baseSequence);
        var words = new JsonArray();
        flags.forEach(words::add);
        object.add("flags", words);
        object.addProperty("crcOk", sound);
        return object;
    }
}
