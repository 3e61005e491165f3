package io.kontiki.cli;

import io.kontiki.cli.output.RecordFormat;
import io.kontiki.cli.output.RecordJson;
import io.kontiki.cli.output.RecordPrinter;
import io.kontiki.client.Consumer;
import io.kontiki.client.Position;
import io.kontiki.client.TopicPartition;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code kontiki consume}. */
@Command(
        name = "consume",
        description = {
            "Print the records of topics.",
            "Ends where the topics ended when it began, unless --follow is given. As a member of a group it goes on until"
                    + " Ctrl-C, unless --until end is given; it commits what it printed, and leaves the group at the end."
        })
final class Consume implements Callable<Integer> {
    private final Terminal terminal;
    private final Clients clients;
    private final Messages messages;
    private final GlobalOptions options;
    private final StopSignal stop;

    @Spec
    private CommandSpec spec;

    @Parameters(paramLabel = "TOPIC", arity = "0..*", description = "What to read.")
    private List<String> topics = new ArrayList<>();

    @Option(
            names = "--from",
            paramLabel = "PLACE",
            description = {
                "Where to begin in each partition: earliest, latest, an offset,",
                "-N (the last N), @MILLIS, @2026-01-31T12:00:00Z, @2026-01-31 (UTC)",
                "or @-15m (so long ago). Default: earliest. In a group: only where",
                "it has committed nothing, and no offset or -N"
            })
    private Position from = Position.earliest();

    @Option(
            names = {"-p", "--partition", "--partitions"},
            paramLabel = "N,N-N",
            description = "Only these partitions. Default: all")
    private PartitionNumbers partitions;

    @Option(
            names = {"-n", "--count"},
            paramLabel = "COUNT",
            description = "End after so many records.")
    private Long count;

    @Option(names = "--follow", description = "Wait for new records at the end, until Ctrl-C.")
    private boolean follow;

    @Option(names = "--until", paramLabel = "end", description = "End where the partitions ended when they came.")
    private ReadUntil until;

    @Option(
            names = {"-f", "--format"},
            paramLabel = "FORMAT",
            description = {
                "%%t topic  %%p partition  %%o offset  %%k key  %%v value  %%h headers",
                "%%T time in ms  %%D time as RFC 3339  %%K %%V length of key, value",
                "and \\n \\t \\r \\0 \\\\ \\xHH. Default: %%v\\n"
            })
    private String format;

    @Option(
            names = {"-o", "--output"},
            paramLabel = "FORMAT",
            description = "${COMPLETION-CANDIDATES}: a JSON object per line, instead of --format.")
    private RecordOutput output;

    @Mixin
    private GroupMembership membership;

    Consume(
            Terminal terminal,
            Clients clients,
            Messages messages,
            GlobalOptions options,
            GroupMembership membership,
            StopSignal stop) {
        this.terminal = terminal;
        this.clients = clients;
        this.messages = messages;
        this.options = options;
        this.membership = membership;
        this.stop = stop;
    }

    @Override
    public Integer call() throws IOException {
        RecordPrinter printer = printer();
        OptionalLong limit = limit();
        if (follow && until != null) {
            throw misuse("--follow and --until exclude each other");
        }
        membership.check(topics, partitions);
        return membership.present() ? readInGroup(printer, limit) : readAlone(printer, limit);
    }

    private int readAlone(RecordPrinter printer, OptionalLong limit) throws IOException {
        try (Consumer consumer = clients.consumer().startAt(from).build()) {
            var reading = new TopicReading(consumer, chosen(consumer), follow, limit, options.timeout());
            stop.onRequest(reading::stop);
            reading.printAll(printer, terminal.bufferedOut());
        }
        return stop.requested() ? ExitCode.INTERRUPTED : ExitCode.DONE;
    }

    /** The process is held until the consumer is closed: a member that is cut off keeps its partitions for a while. */
    private int readInGroup(RecordPrinter printer, OptionalLong limit) throws IOException {
        var builder = membership.configure(clients.consumer(), from);
        try (var end = EndOfRun.of(stop);
                Consumer consumer = builder.build()) {
            var reading = new GroupReading(consumer, until == ReadUntil.END, limit, options.timeout(), messages);
            stop.onRequest(reading::stop);
            membership.subscribe(consumer, topics, reading);
            reading.printAll(printer, terminal.bufferedOut());
            return end.asked() ? ExitCode.INTERRUPTED : ExitCode.DONE;
        }
    }

    private Set<TopicPartition> chosen(Consumer consumer) {
        var chosen = new TreeSet<TopicPartition>();
        for (String topic : topics) {
            if (partitions != null) {
                partitions.numbers().forEach(number -> chosen.add(new TopicPartition(topic, number)));
            } else {
                consumer.topic(topic)
                        .partitions()
                        .forEach(partition -> chosen.add(new TopicPartition(topic, partition.partition())));
            }
        }
        return chosen;
    }

    private RecordPrinter printer() {
        if (output != null && format != null) {
            throw misuse("--format and --output exclude each other");
        }
        if (output == RecordOutput.JSONL) {
            return new RecordJson();
        }
        try {
            return RecordFormat.compile(Optional.ofNullable(format).orElse("%v\\n"));
        } catch (IllegalArgumentException e) {
            throw misuse("Invalid value for option '--format': " + e.getMessage());
        }
    }

    private OptionalLong limit() {
        if (count == null) {
            return OptionalLong.empty();
        }
        Misuse.requireAtLeast(1, count, "option '--count'", spec);
        return OptionalLong.of(count);
    }

    private ParameterException misuse(String message) {
        return new ParameterException(spec.commandLine(), message);
    }
}
