package io.kontiki.cli;

import io.kontiki.cli.output.RecordFormat;
import io.kontiki.cli.output.RecordJson;
import io.kontiki.cli.output.RecordPrinter;
import io.kontiki.client.Consumer;
import io.kontiki.client.Position;
import io.kontiki.client.TopicPartition;
import java.io.IOException;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code kontiki consume}. */
@Command(
        name = "consume",
        description = {
            "Print the records of a topic.",
            "Ends where the topic ended when it began, unless --follow is given."
        })
final class Consume implements Callable<Integer> {
    private final Terminal terminal;
    private final Clients clients;
    private final GlobalOptions options;
    private final StopSignal stop;

    @Spec
    private CommandSpec spec;

    @Parameters(paramLabel = "TOPIC", description = "What to read.")
    private String topic;

    @Option(
            names = "--from",
            paramLabel = "PLACE",
            description = {
                "Where to begin in each partition: earliest, latest, an offset,",
                "-N (the last N), @MILLIS, @2026-01-31T12:00:00Z, @2026-01-31 (UTC)",
                "or @-15m (so long ago). Default: earliest"
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

    Consume(Terminal terminal, Clients clients, GlobalOptions options, StopSignal stop) {
        this.terminal = terminal;
        this.clients = clients;
        this.options = options;
        this.stop = stop;
    }

    @Override
    public Integer call() throws IOException {
        RecordPrinter printer = printer();
        OptionalLong limit = limit();
        try (Consumer consumer = clients.consumer().startAt(from).build()) {
            var reading = new TopicReading(consumer, chosen(consumer), follow, limit, options.timeout());
            stop.onRequest(reading::stop);
            reading.printAll(printer, terminal.bufferedOut());
        }
        return stop.requested() ? ExitCode.INTERRUPTED : ExitCode.DONE;
    }

    private Set<TopicPartition> chosen(Consumer consumer) {
        var chosen = new TreeSet<TopicPartition>();
        if (partitions != null) {
            partitions.numbers().forEach(number -> chosen.add(new TopicPartition(topic, number)));
        } else {
            consumer.topic(topic)
                    .partitions()
                    .forEach(partition -> chosen.add(new TopicPartition(topic, partition.partition())));
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
