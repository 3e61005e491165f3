package io.kontiki.benchmark.allocation;

import com.google.gson.GsonBuilder;
import com.google.gson.JsonArray;
import com.google.gson.JsonObject;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;

/** The paths for people and for programs. */
record AllocationReport(List<MeasuredPath> paths) {
    private static final String LINE = "%-52s %9s %12s %12s%n";

    /** One line for each number of records; the growth stands in the last line of its path. */
    String table() {
        StringBuilder table =
                new StringBuilder(String.format(Locale.ROOT, LINE, "", "records", "B/batch", "B/record more"));
        for (MeasuredPath path : paths) {
            int most = path.bytesByRecords().lastKey();
            String name = path.judged() ? path.name() : path.name() + " (not judged)";
            path.bytesByRecords()
                    .forEach((records, bytes) -> table.append(String.format(
                            Locale.ROOT,
                            LINE,
                            name,
                            records,
                            String.format(Locale.ROOT, "%.0f", bytes),
                            records == most ? String.format(Locale.ROOT, "%.2f", path.bytesPerRecord()) : "")));
        }
        return table.toString();
    }

    /** Those that allocate for each record and must not. */
    List<MeasuredPath> failing() {
        return paths.stream().filter(MeasuredPath::fails).toList();
    }

    void writeJson(Path file) throws IOException {
        JsonArray all = new JsonArray();
        paths.forEach(path -> all.add(json(path)));
        JsonObject root = new JsonObject();
        root.addProperty("java", Runtime.version().toString());
        root.addProperty("batchBytes", EqualBatches.BYTES);
        root.addProperty("bytesPerRecordMax", MeasuredPath.BYTES_PER_RECORD_MAX);
        root.add("paths", all);
        Files.writeString(file, new GsonBuilder().setPrettyPrinting().create().toJson(root) + "\n");
    }

    private static JsonObject json(MeasuredPath path) {
        JsonArray batches = new JsonArray();
        path.bytesByRecords().forEach((records, bytes) -> {
            JsonObject batch = new JsonObject();
            batch.addProperty("records", records);
            batch.addProperty("bytesAllocated", bytes);
            batches.add(batch);
        });
        JsonObject json = new JsonObject();
        json.addProperty("name", path.name());
        json.addProperty("judged", path.judged());
        json.add("batches", batches);
        json.addProperty("bytesPerRecord", path.bytesPerRecord());
        return json;
    }
}
