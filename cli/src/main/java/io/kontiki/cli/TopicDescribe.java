package io.kontiki.cli;

import io.kontiki.client.Admin;
import io.kontiki.client.PartitionInfo;
import io.kontiki.client.TopicDescription;
import io.kontiki.client.TopicInfo;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.function.Predicate;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code kontiki topic describe}. */
@Command(
        name = "describe",
        description = {
            "Show topics with partitions and configuration.",
            "With --under-replicated or --offline: only such partitions, of all topics if none is named; exit code 10 if"
                    + " there are any."
        })
final class TopicDescribe implements Callable<Integer> {
    private final Terminal terminal;
    private final Clients clients;

    @Spec
    private CommandSpec spec;

    @Parameters(paramLabel = "TOPIC", arity = "0..*", description = "Names.")
    private List<String> names = new ArrayList<>();

    @Option(names = "--under-replicated", description = "Only partitions with fewer in-sync replicas than replicas.")
    private boolean underReplicated;

    @Option(names = "--offline", description = "Only partitions without a leader.")
    private boolean offline;

    @Mixin
    private ListOutput output = new ListOutput();

    TopicDescribe(Terminal terminal, Clients clients) {
        this.terminal = terminal;
        this.clients = clients;
    }

    @Override
    public Integer call() {
        if (underReplicated || offline) {
            return check();
        }
        if (names.isEmpty()) {
            throw new ParameterException(
                    spec.commandLine(), "Missing topic: name one, or use --under-replicated or --offline");
        }
        List<TopicDescription> topics = clients.withAdmin(this::describe);
        terminal.print(TopicText.topics(topics, output.format()));
        return ExitCode.DONE;
    }

    private List<TopicDescription> describe(Admin admin) {
        return names.stream().map(admin::describeTopic).toList();
    }

    private int check() {
        List<TopicInfo> topics = clients.withAdmin(admin -> names.isEmpty()
                ? admin.listTopics()
                : describe(admin).stream().map(TopicDescription::topic).toList());
        Predicate<PartitionInfo> wanted = partition -> (underReplicated && PartitionState.underReplicated(partition))
                || (offline && PartitionState.offline(partition));
        List<TopicText.Row> found = topics.stream()
                .flatMap(topic -> topic.partitions().stream()
                        .filter(wanted)
                        .map(partition -> new TopicText.Row(topic, partition)))
                .toList();
        terminal.print(TopicText.partitions(found, output.format()));
        return found.isEmpty() ? ExitCode.DONE : ExitCode.PROBLEMS_FOUND;
    }
}
