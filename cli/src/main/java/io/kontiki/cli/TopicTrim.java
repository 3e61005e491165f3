package io.kontiki.cli;

import com.google.gson.JsonObject;
import io.kontiki.cli.output.Listing;
import io.kontiki.cli.output.Quantity;
import io.kontiki.client.Admin;
import io.kontiki.client.OffsetInfo;
import io.kontiki.client.PartitionInfo;
import io.kontiki.client.Position;
import io.kontiki.client.TopicPartition;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code kontiki topic trim}. */
@Command(
        name = "trim",
        description = {
            "Delete the oldest records of a topic, for good. Asks first.",
            "Works on topics whose cleanup.policy has delete."
        })
final class TopicTrim implements Callable<Integer> {
    private record Row(TopicPartition partition, long before, long start, boolean deleted) {}

    private final Terminal terminal;
    private final Clients clients;
    private final Messages messages;

    @Parameters(paramLabel = "TOPIC", description = "Name.")
    private String name;

    @Option(
            names = "--before",
            paramLabel = "WHERE",
            required = true,
            description =
                    "Delete what comes before: OFFSET (of the partitions named), latest, -N (keep the last N of each "
                            + "partition), or @TIME: @2026-01-31T12:00:00Z, @2026-01-31, @-7d or @MILLIS.")
    private Position before;

    @Option(
            names = {"-p", "--partition"},
            paramLabel = "P",
            description = "Only these partitions, such as 0 or 0,3,5-7. Default: all, but an OFFSET needs them named.")
    private PartitionNumbers partitions;

    @Option(names = "--dry-run", description = "Show what would go, change nothing.")
    private boolean dryRun;

    @Option(names = "--yes", description = "Do not ask.")
    private boolean yes;

    @Mixin
    private ListOutput output = new ListOutput();

    TopicTrim(Terminal terminal, Clients clients, Messages messages) {
        this.terminal = terminal;
        this.clients = clients;
        this.messages = messages;
    }

    @Override
    public Integer call() throws IOException {
        Map<TopicPartition, Long> wanted = clients.withAdmin(this::offsets);
        if (!yes && !dryRun) {
            new Confirmation(terminal)
                    .ask(
                            name,
                            "This deletes the oldest records of " + Quantity.count(wanted.size(), "partition")
                                    + " of topic " + name + ".",
                            "not deleting records of topic " + name);
        }
        List<Row> rows = clients.withAdmin(admin -> trim(admin, wanted));
        terminal.print(listing().render(rows, output.format()));
        messages.tell(outcome(rows));
        return ExitCode.DONE;
    }

    /** A log may start behind the wanted offset already. */
    private List<Row> trim(Admin admin, Map<TopicPartition, Long> wanted) {
        var positions = new TreeMap<TopicPartition, Position>();
        wanted.keySet().forEach(partition -> positions.put(partition, Position.earliest()));
        Map<TopicPartition, OffsetInfo> old = admin.listOffsets(positions);
        Map<TopicPartition, Long> left = dryRun ? wanted : admin.deleteRecords(wanted);
        return left.entrySet().stream()
                .map(entry -> {
                    TopicPartition partition = entry.getKey();
                    long start = Math.max(entry.getValue(), old.get(partition).offset());
                    boolean moved = start > old.get(partition).offset();
                    return new Row(partition, wanted.get(partition), start, moved && !dryRun);
                })
                .toList();
    }

    private String outcome(List<Row> rows) {
        if (dryRun) {
            return "nothing deleted: this was a dry run";
        }
        return rows.stream().anyMatch(Row::deleted)
                ? "deleted records of topic " + name
                : "nothing deleted: no record of topic " + name + " lies before that";
    }

    private Listing<Row> listing() {
        return new Listing<Row>("partitions", row -> row.partition().toString(), this::json)
                .number("PARTITION", row -> row.partition().partition())
                .number(dryRun ? "WOULD-START" : "LOG-START", Row::start);
    }

    private JsonObject json(Row row) {
        var object = new JsonObject();
        object.addProperty("topic", row.partition().topic());
        object.addProperty("partition", row.partition().partition());
        object.addProperty("beforeOffset", row.before());
        object.addProperty("logStartOffset", row.start());
        object.addProperty("deleted", row.deleted());
        return object;
    }

    /** Places become offsets before anybody is asked, so that records that come meanwhile stay. */
    private Map<TopicPartition, Long> offsets(Admin admin) {
        List<Integer> present = admin.describeTopic(name).topic().partitions().stream()
                .map(PartitionInfo::partition)
                .toList();
        if (partitions == null && before instanceof Position.Offset && present.size() > 1) {
            throw new Failure(
                    ExitCode.USAGE,
                    "an offset means another record in each of the " + present.size() + " partitions of topic " + name,
                    "Name those it is meant for: --partition P");
        }
        var positions = new TreeMap<TopicPartition, Position>();
        for (int number : partitions == null ? present : partitions.numbers()) {
            if (!present.contains(number)) {
                throw new Failure(
                        ExitCode.NOT_FOUND,
                        "topic " + name + " has no partition " + number,
                        "See what there is: kontiki topic describe " + name);
            }
            positions.put(new TopicPartition(name, number), before);
        }
        var offsets = new TreeMap<TopicPartition, Long>();
        for (Map.Entry<TopicPartition, OffsetInfo> found :
                admin.listOffsets(positions).entrySet()) {
            offsets.put(found.getKey(), found.getValue().offset());
        }
        return offsets;
    }
}
