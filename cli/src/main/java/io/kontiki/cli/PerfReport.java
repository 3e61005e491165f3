package io.kontiki.cli;

import com.google.gson.JsonObject;
import io.kontiki.cli.output.DocumentFormat;
import io.kontiki.cli.output.JsonText;
import io.kontiki.cli.output.Quantity;
import io.kontiki.cli.output.Table;
import io.kontiki.cli.output.Table.Column;
import java.util.Locale;
import java.util.Map;

/**
 * What a measurement found.
 *
 * @param settings what was asked for, for programs
 * @param records that arrived where they were to
 * @param failed records that did not, as far as known
 * @param bytes of keys and values of {@code records}
 * @param nanos from the first step to the last answer
 * @param latencies by name, in the order in which they are shown
 */
record PerfReport(
        JsonObject settings,
        long records,
        long failed,
        long bytes,
        long nanos,
        Map<String, LatencyHistogram.Summary> latencies) {
    private static final double SECOND_NANOS = 1e9;
    private static final double MILLI_NANOS = 1e6;

    String render(DocumentFormat format) {
        return switch (format) {
            case TABLE -> table();
            case JSON -> JsonText.document(json());
        };
    }

    /** Per second; 0 if no time went by. */
    private double rate(long amount) {
        return nanos <= 0 ? 0 : amount * SECOND_NANOS / nanos;
    }

    private String table() {
        var sums = new Table(
                        Column.number("RECORDS"),
                        Column.number("FAILED"),
                        Column.number("SIZE"),
                        Column.number("TIME"),
                        Column.number("RECORDS/S"),
                        Column.number("SIZE/S"))
                .row(
                        Long.toString(records),
                        Long.toString(failed),
                        Quantity.bytes(bytes),
                        Quantity.nanos(nanos),
                        Long.toString(Math.round(rate(records))),
                        Quantity.bytes(Math.round(rate(bytes))))
                .render();
        return latencies.isEmpty() ? sums : sums + "\n" + latencyTable();
    }

    private String latencyTable() {
        var table = new Table(
                Column.text("MILLISECONDS"),
                Column.number("MIN"),
                Column.number("MEAN"),
                Column.number("P50"),
                Column.number("P90"),
                Column.number("P95"),
                Column.number("P99"),
                Column.number("P99.9"),
                Column.number("MAX"));
        latencies.forEach((name, found) -> table.row(
                name,
                millis(found.min()),
                millis(found.mean()),
                millis(found.p50()),
                millis(found.p90()),
                millis(found.p95()),
                millis(found.p99()),
                millis(found.p999()),
                millis(found.max())));
        return table.render();
    }

    private static String millis(double nanos) {
        return String.format(Locale.ROOT, "%.2f", nanos / MILLI_NANOS);
    }

    private JsonObject json() {
        var object = settings.deepCopy();
        object.addProperty("records", records);
        object.addProperty("failed", failed);
        object.addProperty("bytes", bytes);
        object.addProperty("seconds", nanos / SECOND_NANOS);
        object.addProperty("recordsPerSecond", rate(records));
        object.addProperty("bytesPerSecond", rate(bytes));
        var times = new JsonObject();
        latencies.forEach((name, found) -> times.add(name, json(found)));
        object.add("latencyMs", times);
        return object;
    }

    private static JsonObject json(LatencyHistogram.Summary found) {
        var object = new JsonObject();
        object.addProperty("count", found.count());
        object.addProperty("min", found.min() / MILLI_NANOS);
        object.addProperty("mean", found.mean() / MILLI_NANOS);
        object.addProperty("p50", found.p50() / MILLI_NANOS);
        object.addProperty("p90", found.p90() / MILLI_NANOS);
        object.addProperty("p95", found.p95() / MILLI_NANOS);
        object.addProperty("p99", found.p99() / MILLI_NANOS);
        object.addProperty("p999", found.p999() / MILLI_NANOS);
        object.addProperty("max", found.max() / MILLI_NANOS);
        return object;
    }
}
