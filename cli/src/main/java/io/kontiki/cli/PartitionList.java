package io.kontiki.cli;

import io.kontiki.client.Admin;
import io.kontiki.client.PartitionInfo;
import io.kontiki.client.TopicInfo;
import io.kontiki.client.TopicPartition;
import java.util.ArrayList;
import java.util.List;
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
    private final Messages messages;

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

    PartitionList(Terminal terminal, Clients clients, Messages messages) {
        this.terminal = terminal;
        this.clients = clients;
        this.messages = messages;
    }

    @Override
    public Integer call() {
        List<TopicText.Row> found = clients.withAdmin(this::find);
        terminal.print(TopicText.partitions(found, output.format()));
        if (found.isEmpty() && !all()) {
            messages.tell(none());
        }
        boolean check = underReplicated || offline || atMinIsr;
        return check && !found.isEmpty() ? ExitCode.PROBLEMS_FOUND : ExitCode.DONE;
    }

    private List<TopicText.Row> find(Admin admin) {
        List<TopicInfo> topics = names.isEmpty()
                ? admin.listTopics()
                : names.stream().map(name -> admin.describeTopic(name).topic()).toList();
        var moving = UnderWay.of(admin);
        return topics.stream()
                .flatMap(topic -> topic.partitions().stream()
                        .filter(partition -> isWanted(topic, partition, moving))
                        .map(partition -> row(topic, partition, moving)))
                .toList();
    }

    private static TopicText.Row row(TopicInfo topic, PartitionInfo partition, UnderWay moving) {
        var move = moving.moves().get(id(topic, partition));
        return new TopicText.Row(topic, partition, move == null ? List.of() : move.adding());
    }

    private static TopicPartition id(TopicInfo topic, PartitionInfo partition) {
        return new TopicPartition(topic.name(), partition.partition());
    }

    private String none() {
        var states = new ArrayList<String>();
        if (underReplicated) {
            states.add("under-replicated");
        }
        if (offline) {
            states.add("offline");
        }
        if (atMinIsr) {
            states.add("at its min.insync.replicas");
        }
        if (reassigning) {
            states.add("being moved");
        }
        String where = names.isEmpty() ? "" : " of " + String.join(", ", names);
        return "no partition" + where + " is " + String.join(" or ", states);
    }

    private boolean all() {
        return !underReplicated && !offline && !atMinIsr && !reassigning;
    }

    private boolean isWanted(TopicInfo topic, PartitionInfo partition, UnderWay moving) {
        return all()
                || underReplicated && PartitionState.underReplicated(partition)
                || offline && PartitionState.offline(partition)
                || atMinIsr && PartitionState.atMinIsr(partition)
                || reassigning && moving.has(id(topic, partition));
    }
}
