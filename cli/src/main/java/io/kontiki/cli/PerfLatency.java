package io.kontiki.cli;

import io.kontiki.cli.output.ProgressBar;
import io.kontiki.client.Consumer;
import io.kontiki.client.Producer;
import io.kontiki.client.TopicPartition;
import java.nio.ByteBuffer;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.OptionalLong;
import java.util.SplittableRandom;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/** {@code kontiki perf latency}. */
@Command(
        name = "latency",
        description = {
            "Send records at a rate, read them again, and measure how long each takes until it is acknowledged and until"
                    + " it is delivered to a consumer.",
            "100 per second unless --rate says otherwise. The records stay in the topic."
        })
final class PerfLatency implements Callable<Integer> {
    private static final long STANDARD_RATE = 100;

    private final Terminal terminal;
    private final Clients clients;
    private final Messages messages;
    private final GlobalOptions options;
    private final StopSignal stop;

    @Parameters(paramLabel = "TOPIC", description = "Where to.")
    private String topic;

    @Mixin
    private PerfLoad load = new PerfLoad();

    @Mixin
    private DocumentOutput output = new DocumentOutput();

    PerfLatency(Terminal terminal, Clients clients, Messages messages, GlobalOptions options, StopSignal stop) {
        this.terminal = terminal;
        this.clients = clients;
        this.messages = messages;
        this.options = options;
        this.stop = stop;
    }

    @Override
    public Integer call() {
        load.check(PerfDelivery.STAMP_BYTES);
        var builder = load.producer(clients);
        try (var end = EndOfRun.of(stop);
                Consumer consumer = clients.consumer().build();
                Producer producer = builder.build()) {
            assignEnds(consumer);
            long run = new SplittableRandom().nextLong();
            var delivery = new PerfDelivery(consumer, run);
            var values = new PerfValues(load.size(), new SplittableRandom(run));
            var sending =
                    new PerfSending(producer, topic, load, (number, due) -> stamped(values.value(number), run, due));
            return measure(sending, delivery, end);
        }
    }

    /** New records only; the ends are fixed before the first of ours is sent. */
    private void assignEnds(Consumer consumer) {
        List<TopicPartition> partitions = consumer.topic(topic).partitions().stream()
                .map(partition -> new TopicPartition(topic, partition.partition()))
                .toList();
        consumer.assign(partitions);
        partitions.forEach(consumer::position);
    }

    private static byte[] stamped(byte[] value, long run, long dueNanos) {
        ByteBuffer.wrap(value).putLong(run).putLong(dueNanos);
        return value;
    }

    private int measure(PerfSending sending, PerfDelivery delivery, EndOfRun end) {
        var bar = new ProgressBar(terminal.err(), messages.progressShown(), OptionalLong.empty(), System::nanoTime);
        OptionalLong perSecond = load.perSecond(STANDARD_RATE);
        var pace = new Pace(System.nanoTime(), perSecond);
        delivery.start();
        try {
            sending.sendAll(pace, end::asked, bar);
            delivery.await(
                    sending.acknowledged(), end.asked() ? 0 : options.timeout().toNanos());
        } finally {
            delivery.stop();
        }
        delivery.requireNoFailure();
        sending.requireSomeStored();
        long missing = Math.max(0, sending.acknowledged() - delivery.delivered());
        var latencies = new LinkedHashMap<String, LatencyHistogram.Summary>();
        latencies.put("acknowledged", sending.latencies());
        latencies.put("delivered", delivery.latencies());
        terminal.print(new PerfReport(
                        load.settings("latency", topic, perSecond),
                        delivery.delivered(),
                        sending.failed() + missing,
                        delivery.delivered() * load.size(),
                        sending.nanos(),
                        latencies)
                .render(output.format()));
        sending.requireAllStored();
        if (end.asked()) {
            return ExitCode.INTERRUPTED;
        }
        if (missing > 0) {
            throw new Failure(
                    ExitCode.UNREACHABLE,
                    missing + " of " + sending.acknowledged()
                            + " records that were acknowledged did not come back within "
                            + options.timeout().toSeconds() + " s",
                    "See whether its partitions have leaders: kontiki topic describe " + topic);
        }
        return ExitCode.DONE;
    }
}
