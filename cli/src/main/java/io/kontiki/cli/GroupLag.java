package io.kontiki.cli;

import io.kontiki.cli.output.ListFormat;
import io.kontiki.client.Admin;
import io.kontiki.client.GroupInfo;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code kontiki group lag}. */
@Command(
        name = "lag",
        description = {
            "Show how far groups are behind: in records, and by the age of the first record not yet read.",
            "Of all groups if none is named."
        })
final class GroupLag implements Callable<Integer> {
    private static final String CLEAR_SCREEN = "\u001b[H\u001b[2J";

    private final Terminal terminal;
    private final Clients clients;
    private final Messages messages;
    private final InstantSource clock;
    private final StopSignal stop;

    @Parameters(paramLabel = "GROUP", arity = "0..*", description = "Ids.")
    private List<String> groups = new ArrayList<>();

    @Option(
            names = {"-t", "--topic"},
            paramLabel = "TOPIC[:P]",
            description = "Only this topic, or partitions of it such as orders:0,3,5-7; repeatable.")
    private List<TopicChoice> choices = new ArrayList<>();

    @Option(
            names = {"-w", "--watch"},
            description = "Show it again and again, until Ctrl-C.")
    private boolean watch;

    @Option(names = "--interval", paramLabel = "TIME", description = "How often, with --watch. Default: 2s")
    private Duration interval = Duration.ofSeconds(2);

    @Mixin
    private ListOutput output = new ListOutput();

    GroupLag(Terminal terminal, Clients clients, Messages messages, InstantSource clock, StopSignal stop) {
        this.terminal = terminal;
        this.clients = clients;
        this.messages = messages;
        this.clock = clock;
        this.stop = stop;
    }

    @Override
    public Integer call() {
        return clients.withAdmin(admin -> {
            if (!watch) {
                show(admin);
                return ExitCode.DONE;
            }
            var stopped = new CountDownLatch(1);
            stop.onRequest(stopped::countDown);
            do {
                clearScreen();
                show(admin);
            } while (!isOver(stopped));
            return ExitCode.INTERRUPTED;
        });
    }

    private void show(Admin admin) {
        List<String> wanted =
                groups.isEmpty() ? admin.groups().stream().map(GroupInfo::id).toList() : groups;
        var reading = new LagReading(admin, clock.millis());
        var all = new ArrayList<PartitionLag>();
        var sentences = new ArrayList<String>();
        for (String group : wanted) {
            List<PartitionLag> lags = reading.of(group, partition -> TopicChoice.include(choices, partition));
            all.addAll(lags);
            sentences.add(PartitionLag.sentence(group, lags));
        }
        terminal.print(PartitionLag.render(all, output.format()));
        sentences.forEach(messages::tell);
    }

    /** Only what people look at; elsewhere the tables follow each other. */
    private void clearScreen() {
        boolean table = output.format() == ListFormat.TABLE || output.format() == ListFormat.WIDE;
        if (table && terminal.outIsTerminal()) {
            terminal.print(CLEAR_SCREEN);
        }
    }

    private boolean isOver(CountDownLatch stopped) {
        try {
            return stopped.await(interval.toNanos(), TimeUnit.NANOSECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return true;
        }
    }
}
