package io.kontiki.cli;

import io.kontiki.cli.output.ProgressBar;
import io.kontiki.client.Producer;
import java.util.Map;
import java.util.OptionalLong;
import java.util.SplittableRandom;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/** {@code kontiki perf produce}. */
@Command(
        name = "produce",
        description = {
            "Send records to a topic and measure how many per second are acknowledged, and how long each takes.",
            "The records stay in the topic."
        })
final class PerfProduce implements Callable<Integer> {
    private final Terminal terminal;
    private final Clients clients;
    private final Messages messages;
    private final StopSignal stop;

    @Parameters(paramLabel = "TOPIC", description = "Where to.")
    private String topic;

    @Mixin
    private PerfLoad load = new PerfLoad();

    @Mixin
    private DocumentOutput output = new DocumentOutput();

    PerfProduce(Terminal terminal, Clients clients, Messages messages, StopSignal stop) {
        this.terminal = terminal;
        this.clients = clients;
        this.messages = messages;
        this.stop = stop;
    }

    @Override
    public Integer call() {
        load.check(0);
        var builder = load.producer(clients);
        clients.withAdmin(admin -> admin.describeTopic(topic));
        var values = new PerfValues(load.size(), new SplittableRandom());
        try (var end = EndOfRun.of(stop);
                Producer producer = builder.build()) {
            var sending = new PerfSending(producer, topic, load, (number, due) -> values.value(number));
            var bar = new ProgressBar(terminal.err(), messages.progressShown(), OptionalLong.empty(), System::nanoTime);
            OptionalLong perSecond = load.perSecond(0);
            sending.sendAll(new Pace(System.nanoTime(), perSecond), end::asked, bar);
            sending.requireSomeStored();
            terminal.print(report(sending, perSecond).render(output.format()));
            sending.requireAllStored();
            return end.asked() ? ExitCode.INTERRUPTED : ExitCode.DONE;
        }
    }

    private PerfReport report(PerfSending sending, OptionalLong perSecond) {
        return new PerfReport(
                load.settings("produce", topic, perSecond),
                sending.acknowledged(),
                sending.failed(),
                sending.acknowledged() * load.size(),
                sending.nanos(),
                Map.of("acknowledged", sending.latencies()));
    }
}
