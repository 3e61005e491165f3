package io.kontiki.cli;

import io.kontiki.cli.output.Quantity;
import io.kontiki.client.Admin;
import io.kontiki.client.TopicPartition;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code kontiki group forget}. */
@Command(
        name = "forget",
        description = {
            "Forget what a group has committed in some topics or partitions. Asks first.",
            "Not while a member of the group subscribes to the topic."
        })
final class GroupForget implements Callable<Integer> {
    private final Terminal terminal;
    private final Clients clients;
    private final Messages messages;

    @Parameters(paramLabel = "GROUP", description = "Id.")
    private String group;

    @Option(
            names = {"-t", "--topic"},
            paramLabel = "TOPIC[:P]",
            required = true,
            description = "A topic, or partitions of it such as orders:0,3,5-7; repeatable.")
    private List<TopicChoice> choices = new ArrayList<>();

    @Option(names = "--yes", description = "Do not ask.")
    private boolean yes;

    GroupForget(Terminal terminal, Clients clients, Messages messages) {
        this.terminal = terminal;
        this.clients = clients;
        this.messages = messages;
    }

    @Override
    public Integer call() throws IOException {
        if (!yes) {
            new Confirmation(terminal)
                    .ask(
                            group,
                            "This forgets how far group " + group + " has read there.",
                            "not forgetting offsets of group " + group);
        }
        Set<TopicPartition> forgotten = clients.withAdmin(this::forget);
        messages.tell(
                forgotten.isEmpty()
                        ? "nothing forgotten: group " + group + " has committed nothing there"
                        : "forgot " + Quantity.count(forgotten.size(), "offset") + " of group " + group + ": "
                                + GroupText.partitions(forgotten));
        return ExitCode.DONE;
    }

    private Set<TopicPartition> forget(Admin admin) {
        Set<String> topics = choices.stream()
                .filter(choice -> choice.partitions().isEmpty())
                .map(TopicChoice::topic)
                .collect(Collectors.toCollection(TreeSet::new));
        var partitions = new TreeSet<TopicPartition>();
        choices.forEach(choice -> choice.partitions()
                .ifPresent(some ->
                        some.numbers().forEach(number -> partitions.add(new TopicPartition(choice.topic(), number)))));
        var forgotten = new TreeSet<TopicPartition>();
        if (!topics.isEmpty()) {
            forgotten.addAll(admin.deleteGroupOffsetsOfTopics(group, topics));
        }
        if (!partitions.isEmpty()) {
            forgotten.addAll(admin.deleteGroupOffsets(group, partitions));
        }
        return forgotten;
    }
}
