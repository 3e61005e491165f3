package io.kontiki.cli;

import io.kontiki.client.Admin;
import io.kontiki.client.PartitionInfo;
import io.kontiki.client.TopicInfo;
import io.kontiki.client.TopicPartition;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code kontiki partition list}. */
@Command(
        name = "list",
        description = {
            "Show partitions: all, or those of some topics.",
            "With --under-replicated, --offline or --at-min-isr: only such partitions; exit code 10 if there are any."
        })
final class PartitionList implements Callable<Integer> {
    private final Terminal terminal;
    private final Clients clients;

    @Parameters(paramLabel = "TOPIC", arity = "0..*", description = "Only of these topics.")
    private List<String> names = new ArrayList<>();

    @Option(names = "--under-replicated", description = "Only those with fewer in-sync replicas than replicas.")
    private boolean underReplicated;

    @Option(names = "--offline", description = "Only those without a leader.")
    private boolean offline;

    @Option(
            names = "--at-min-isr",
            description = "Only those with no more in-sync replicas than min.insync.replicas, though they have more"
                    + " replicas: one failure more stops writes.")
    private boolean atMinIsr;

    @Option(names = "--reassigning", description = "Only those whose replicas are being moved.")
    private boolean reassigning;

    @Mixin
    private ListOutput output = new ListOutput();

    PartitionList(Terminal terminal, Clients clients) {
        this.terminal = terminal;
        this.clients = clients;
    }

    @Override
    public Integer call() {
        List<TopicText.Row> found = clients.withAdmin(this::find);
        terminal.print(TopicText.partitions(found, output.format()));
        boolean check = underReplicated || offline || atMinIsr;
        return check && !found.isEmpty() ? ExitCode.PROBLEMS_FOUND : ExitCode.DONE;
    }

    private List<TopicText.Row> find(Admin admin) {
        List<TopicInfo> topics = names.isEmpty()
                ? admin.listTopics()
                : names.stream().map(name -> admin.describeTopic(name).topic()).toList();
        Set<TopicPartition> moving = reassigning ? admin.listReassignments().keySet() : Set.of();
        return topics.stream()
                .flatMap(topic -> topic.partitions().stream()
                        .filter(partition -> isWanted(topic, partition, moving))
                        .map(partition -> new TopicText.Row(topic, partition)))
                .toList();
    }

    private boolean isWanted(TopicInfo topic, PartitionInfo partition, Set<TopicPartition> moving) {
        boolean all = !underReplicated && !offline && !atMinIsr && !reassigning;
        return all
                || underReplicated && PartitionState.underReplicated(partition)
                || offline && PartitionState.offline(partition)
                || atMinIsr && PartitionState.atMinIsr(partition)
                || moving.contains(new TopicPartition(topic.name(), partition.partition()));
    }
}
