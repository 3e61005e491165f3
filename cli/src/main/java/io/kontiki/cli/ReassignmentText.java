package io.kontiki.cli;

import com.google.gson.JsonArray;
import com.google.gson.JsonNull;
import com.google.gson.JsonObject;
import io.kontiki.cli.output.JsonText;
import io.kontiki.cli.output.ListFormat;
import io.kontiki.cli.output.Listing;
import io.kontiki.cli.output.Quantity;
import io.kontiki.client.ReassignmentInfo;
import io.kontiki.client.TopicPartition;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.TreeMap;
import java.util.stream.Collectors;

/** How partitions are shown whose replicas are being moved. */
final class ReassignmentText {
    /** @param rate empty if it is not known */
    private record Row(TopicPartition partition, ReassignmentInfo info, OptionalLong rate) {
        String bytesPerSecond() {
            return rate.isPresent() ? Quantity.rateAbout(rate.getAsLong()) : "";
        }

        String timeLeft() {
            var left = rate.isPresent()
                    ? CopyRates.nanosLeft(CopyRates.whole(info) - CopyRates.copied(info), rate.getAsLong())
                    : OptionalLong.empty();
            return left.isPresent() ? Quantity.nanos(left.getAsLong()) : "";
        }

        String lags() {
            return new TreeMap<>(info.progress())
                    .values().stream()
                            .map(added -> Long.toString(added.offsetLag()))
                            .collect(Collectors.joining(","));
        }
    }

    private static final Listing<Row> LISTING = new Listing<Row>(
                    "reassignments", row -> PartitionText.of(row.partition()), row -> json(row.partition(), row.info()))
            .text("TOPIC", row -> row.partition().topic())
            .number("PARTITION", row -> row.partition().partition())
            .text("REPLICAS", row -> PartitionState.ids(row.info().replicas()))
            .text("ADDING", row -> PartitionState.ids(row.info().adding()))
            .text("REMOVING", row -> PartitionState.ids(row.info().removing()))
            .text("ISR", row -> PartitionState.ids(row.info().isr()))
            .number("COPIED", row -> Quantity.bytes(CopyRates.copied(row.info())))
            .number("OF", row -> Quantity.bytes(CopyRates.whole(row.info())))
            .number("LAG (RECORDS)", Row::lags)
            .number("RATE", Row::bytesPerSecond)
            .number("LEFT", Row::timeLeft)
            .text("THROTTLE", row -> Throttle.text(row.info().bytesPerSecondMax()));

    private ReassignmentText() {}

    static String render(Map<TopicPartition, ReassignmentInfo> all, CopyRates rates, ListFormat format) {
        List<Row> rows = new TreeMap<>(all)
                .entrySet().stream()
                        .map(entry -> new Row(entry.getKey(), entry.getValue(), rates.of(entry.getKey())))
                        .toList();
        return LISTING.render(rows, format);
    }

    static JsonObject json(TopicPartition partition, ReassignmentInfo info) {
        var object = new JsonObject();
        object.addProperty("topic", partition.topic());
        object.addProperty("partition", partition.partition());
        object.add("replicas", JsonText.numbers(info.replicas()));
        object.add("adding", JsonText.numbers(info.adding()));
        object.add("removing", JsonText.numbers(info.removing()));
        object.add("isr", JsonText.numbers(info.isr()));
        info.bytesPerSecondMax()
                .ifPresentOrElse(
                        rate -> object.addProperty("maxBytesPerSecond", rate),
                        () -> object.add("maxBytesPerSecond", JsonNull.INSTANCE));
        var progress = new JsonArray();
        new TreeMap<>(info.progress()).forEach((broker, added) -> {
            var entry = new JsonObject();
            entry.addProperty("brokerId", broker);
            entry.addProperty("copiedBytes", added.copiedBytes());
            entry.addProperty("totalBytes", added.totalBytes());
            entry.addProperty("offsetLag", added.offsetLag());
            progress.add(entry);
        });
        object.add("progress", progress);
        return object;
    }
}
