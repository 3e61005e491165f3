package io.kontiki.cli;

import com.google.gson.JsonObject;
import io.kontiki.cli.output.ListFormat;
import io.kontiki.cli.output.Listing;
import io.kontiki.cli.output.Table;
import io.kontiki.cli.output.Table.Column;
import io.kontiki.client.PartitionInfo;
import io.kontiki.client.TopicDescription;
import io.kontiki.client.TopicInfo;
import java.util.List;
import java.util.stream.Collectors;

/** How topics and partitions are described. */
final class TopicText {
    private static final String MIN_ISR = "min.insync.replicas";

    /**
     * A partition with the topic it belongs to.
     *
     * @param adding brokers to which it is being moved, as far as that was asked for
     */
    record Row(TopicInfo topic, PartitionInfo partition, List<Integer> adding) {
        Row(TopicInfo topic, PartitionInfo partition) {
            this(topic, partition, List.of());
        }

        /** What is set, if there are not replicas enough for it. */
        String minIsr() {
            return inEffect(topic.configs().get(MIN_ISR), Integer.toString(partition.minIsr()));
        }
    }

    private static final Listing<TopicDescription> TOPICS =
            new Listing<>("topics", described -> described.topic().name(), TopicJson::of);

    private TopicText() {}

    /** Whole topics: for people a paragraph each, for programs a list. */
    static String topics(List<TopicDescription> topics, ListFormat format) {
        boolean forPeople = format == ListFormat.TABLE || format == ListFormat.WIDE;
        return forPeople
                ? topics.stream().map(topic -> paragraph(topic, format)).collect(Collectors.joining("\n"))
                : TOPICS.render(topics, format);
    }

    /** Partitions of several topics. */
    static String partitions(List<Row> rows, ListFormat format) {
        return addFacts(listing().text("TOPIC", row -> row.topic().name())).render(rows, format);
    }

    private static String paragraph(TopicDescription described, ListFormat format) {
        TopicInfo topic = described.topic();
        List<Row> rows = topic.partitions().stream()
                .map(partition -> new Row(topic, partition))
                .toList();
        var configs = new Table(Column.text("CONFIG"), Column.text("VALUE"), Column.text("SET BY"));
        described
                .configs()
                .forEach(entry -> configs.row(
                        entry.key(),
                        entry.key().equals(MIN_ISR)
                                ? inEffect(topic.configs().get(MIN_ISR), entry.value())
                                : entry.value(),
                        entry.isDefault() ? "default" : "topic"));
        return new Table(Column.text("TOPIC"), Column.text("ID"))
                        .row(topic.name(), topic.id().toString())
                        .render()
                + "\n" + addFacts(listing()).render(rows, format) + "\n" + configs.render();
    }

    /** The broker tells what is in force, which the number of replicas bounds. */
    private static String inEffect(String set, String inForce) {
        return set == null || set.equals(inForce) ? inForce : set + " (" + inForce + " in effect)";
    }

    private static Listing<Row> listing() {
        return new Listing<>(
                "partitions", row -> row.topic().name() + "-" + row.partition().partition(), TopicText::json);
    }

    private static Listing<Row> addFacts(Listing<Row> listing) {
        return listing.number("PARTITION", row -> row.partition().partition())
                .number("LEADER", row -> PartitionState.leader(row.partition()))
                .number("EPOCH", row -> row.partition().leaderEpoch())
                .text("REPLICAS", row -> PartitionState.ids(row.partition().replicas()))
                .text("ISR", row -> PartitionState.ids(row.partition().isr()))
                .number("MIN ISR", Row::minIsr)
                .wideText("ELR", row -> PartitionState.ids(row.partition().elr()))
                .wideNumber("PARTITION EPOCH", row -> row.partition().partitionEpoch())
                .text("STATE", row -> PartitionState.word(row.partition(), row.adding()));
    }

    private static JsonObject json(Row row) {
        var object = new JsonObject();
        object.addProperty("topic", row.topic().name());
        TopicJson.of(row.partition()).entrySet().forEach(field -> object.add(field.getKey(), field.getValue()));
        return object;
    }
}
