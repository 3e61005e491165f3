package io.kontiki.cli;

import com.google.gson.JsonObject;
import io.kontiki.cli.output.ProgressBar;
import io.kontiki.client.Consumer;
import io.kontiki.client.ConsumerRecord;
import io.kontiki.client.Position;
import io.kontiki.client.TopicPartition;
import java.time.Duration;
import java.util.Map;
import java.util.OptionalLong;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code kontiki perf consume}. */
@Command(
        name = "consume",
        description = {
            "Read the records of a topic and measure how many come per second.",
            "Ends where the topic ended when it began."
        })
final class PerfConsume implements Callable<Integer> {
    private static final Duration POLL = Duration.ofMillis(500);

    private final Terminal terminal;
    private final Clients clients;
    private final Messages messages;
    private final GlobalOptions options;
    private final StopSignal stop;

    @Spec
    private CommandSpec spec;

    @Parameters(paramLabel = "TOPIC", description = "What to read.")
    private String topic;

    @Option(names = "--from", paramLabel = "PLACE", description = "As in kontiki consume. Default: earliest")
    private Position from = Position.earliest();

    @Option(
            names = {"-n", "--count"},
            paramLabel = "COUNT",
            description = "End after so many records, or a few more.")
    private Long count;

    @Option(
            names = "--fetch-bytes",
            paramLabel = "BYTES",
            description = "Most to fetch of a partition at a time. Default: 1048576")
    private Integer fetchBytes;

    @Mixin
    private DocumentOutput output = new DocumentOutput();

    /** What was read so far. */
    private static final class Tally {
        private final long startNanos = System.nanoTime();
        private long lastNanos = startNanos;
        private long records;
        private long bytes;

        void add(ConsumerRecord record) {
            records++;
            bytes += record.key().map(key -> key.length).orElse(0)
                    + record.value().map(value -> value.length).orElse(0);
        }
    }

    PerfConsume(Terminal terminal, Clients clients, Messages messages, GlobalOptions options, StopSignal stop) {
        this.terminal = terminal;
        this.clients = clients;
        this.messages = messages;
        this.options = options;
        this.stop = stop;
    }

    @Override
    public Integer call() {
        if (count != null) {
            Misuse.requireAtLeast(1, count, "option '--count'", spec);
        }
        var builder = clients.consumer().startAt(from);
        if (fetchBytes != null) {
            Misuse.requireAtLeast(1024, fetchBytes, "option '--fetch-bytes'", spec);
            builder.fetchMaxBytes(fetchBytes);
        }
        try (var end = EndOfRun.of(stop);
                Consumer consumer = builder.build()) {
            stop.onRequest(consumer::wakeup);
            Tally tally = read(consumer, end);
            terminal.print(report(tally).render(output.format()));
            return end.asked() ? ExitCode.INTERRUPTED : ExitCode.DONE;
        }
    }

    private Tally read(Consumer consumer, EndOfRun end) {
        var partitions = consumer.topic(topic).partitions().stream()
                .map(partition -> new TopicPartition(topic, partition.partition()))
                .toList();
        consumer.assign(partitions);
        Map<TopicPartition, Long> open = new TreeMap<>(consumer.endOffsets(partitions));
        open.entrySet().removeIf(ending -> consumer.position(ending.getKey()) >= ending.getValue());
        var bar = new ProgressBar(terminal.err(), messages.progressShown(), OptionalLong.empty(), System::nanoTime);
        var tally = new Tally();
        while (!end.asked() && !open.isEmpty() && (count == null || tally.records < count)) {
            var records = consumer.poll(POLL);
            for (ConsumerRecord record : records) {
                // Positions tell more, but asking for each would slow down what is measured.
                if (open.getOrDefault(record.topicPartition(), 0L) > record.offset()) {
                    tally.add(record);
                }
            }
            boolean finished = open.entrySet().removeIf(e -> consumer.position(e.getKey()) >= e.getValue());
            if (finished || !records.isEmpty()) {
                tally.lastNanos = System.nanoTime();
            }
            requireProgress(tally, open);
            bar.update(tally.records, tally.bytes);
        }
        bar.clear();
        return tally;
    }

    private void requireProgress(Tally tally, Map<TopicPartition, Long> open) {
        if (!open.isEmpty()
                && System.nanoTime() - tally.lastNanos > options.timeout().toNanos()) {
            throw TopicReading.stuck(options.timeout(), open.keySet());
        }
    }

    private PerfReport report(Tally tally) {
        var settings = new JsonObject();
        settings.addProperty("run", "consume");
        settings.addProperty("topic", topic);
        return new PerfReport(settings, tally.records, 0, tally.bytes, tally.lastNanos - tally.startNanos, Map.of());
    }
}
