package io.kontiki.cli;

import io.kontiki.cli.output.Escapes;
import io.kontiki.cli.output.ProgressBar;
import io.kontiki.client.Acks;
import io.kontiki.client.Compression;
import io.kontiki.client.Header;
import io.kontiki.client.Producer;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code kontiki produce}. */
@Command(
        name = "produce",
        description = {
            "Send each line of standard input, or of a file, as a record.",
            "Stops at the first record that is refused; exit code 7 if others were stored."
        })
final class Produce implements Callable<Integer> {
    private final Terminal terminal;
    private final Clients clients;
    private final Messages messages;
    private final StopSignal stop;

    @Spec
    private CommandSpec spec;

    @Parameters(paramLabel = "TOPIC", description = "Where to.")
    private String topic;

    @Option(
            names = {"-k", "--key-separator"},
            paramLabel = "SEP",
            description = "What stands before the first SEP of a line is the key. Knows \\t and \\xHH.")
    private String keySeparator;

    @Option(names = "--key", paramLabel = "KEY", description = "The key of every record. Knows \\t and \\xHH.")
    private String key;

    @Option(
            names = {"-p", "-P", "--partition"},
            paramLabel = "N",
            description = "All to this partition. Default: as --partitioner says")
    private Integer partition;

    @Option(
            names = "--partitioner",
            paramLabel = "WAY",
            description = {
                "key: by the key's hash; without a key, another partition with each batch.",
                "round-robin: by the key's hash; without a key, each record to the next one.",
                "sticky: another partition with each batch, whatever the key. Default: key"
            })
    private PartitionerChoice partitioner = PartitionerChoice.KEY;

    @Option(
            names = {"-z", "--codec"},
            paramLabel = "CODEC",
            description = "How batches are packed: none, gzip, snappy, lz4 or zstd. Default: none")
    private Compression codec = Compression.NONE;

    @Option(
            names = {"-H", "--header"},
            paramLabel = "NAME=VALUE",
            description = "A header for every record; repeatable.")
    private List<Header> headers = new ArrayList<>();

    @Option(
            names = "--acks",
            paramLabel = "LEVEL",
            description =
                    "When a record counts as sent: 0 (handed over), 1 (leader has it), all (never lost). Default: all")
    private Acks acks = Acks.ALL;

    @Option(names = "--file", paramLabel = "FILE", description = "Read this instead of standard input.")
    private Path file;

    Produce(Terminal terminal, Clients clients, Messages messages, StopSignal stop) {
        this.terminal = terminal;
        this.clients = clients;
        this.messages = messages;
        this.stop = stop;
    }

    @Override
    public Integer call() {
        LineToRecord lineToRecord = lineToRecord();
        // A producer goes on trying to find its topic for a long time; who typed a wrong name learns it here, at once.
        clients.withAdmin(admin -> admin.describeTopic(topic));
        if (file == null) {
            // A bar would be drawn into what a person types.
            boolean barShown = messages.progressShown() && !terminal.inIsTerminal();
            return send(terminal.in(), bar(barShown, OptionalLong.empty()), lineToRecord);
        }
        try (InputStream in = Files.newInputStream(file)) {
            var size = OptionalLong.of(Files.size(file));
            return send(in, bar(messages.progressShown(), size), lineToRecord);
        } catch (IOException e) {
            throw unreadable(e);
        }
    }

    private int send(InputStream in, ProgressBar bar, LineToRecord lineToRecord) {
        var builder = clients.producer().acks(acks).compression(codec).partitioner(partitioner.partitioner());
        try (Producer producer = builder.build()) {
            var sending = new LineSending(
                    producer, lineToRecord, bar, messages, acks == Acks.NONE ? "handed over" : "acknowledged");
            // While this thread waits for a line, nothing wakes it: what was read is finished by who asks to stop.
            stop.onRequest(sending::stop);
            try {
                sending.sendAll(in, stop);
            } finally {
                sending.finish();
            }
            return stop.requested() ? ExitCode.INTERRUPTED : sending.outcome();
        } catch (IOException e) {
            throw unreadable(e);
        }
    }

    private LineToRecord lineToRecord() {
        if (key != null && keySeparator != null) {
            throw misuse("--key and --key-separator exclude each other");
        }
        if (partition != null) {
            Misuse.requireAtLeast(0, partition, "option '--partition'", spec);
        }
        Optional<byte[]> separator = decoded("--key-separator", keySeparator);
        if (separator.isPresent() && separator.get().length == 0) {
            throw misuse("Invalid value for option '--key-separator': it is empty");
        }
        var fixed = partition == null ? OptionalInt.empty() : OptionalInt.of(partition);
        return new LineToRecord(topic, decoded("--key", key), separator, fixed, List.copyOf(headers));
    }

    private Optional<byte[]> decoded(String option, String text) {
        try {
            return Optional.ofNullable(text).map(Escapes::decode);
        } catch (IllegalArgumentException e) {
            throw misuse("Invalid value for option '" + option + "': " + e.getMessage());
        }
    }

    private ParameterException misuse(String message) {
        return new ParameterException(spec.commandLine(), message);
    }

    private ProgressBar bar(boolean shown, OptionalLong totalBytes) {
        return new ProgressBar(terminal.err(), shown, totalBytes, System::nanoTime);
    }

    private Failure unreadable(IOException e) {
        String source = file == null ? "standard input" : file.toString();
        String why = e instanceof java.nio.file.NoSuchFileException ? "no such file" : e.getMessage();
        return new Failure(ExitCode.FAILED, "cannot read " + source + ": " + why, "Check --file.", e);
    }
}
