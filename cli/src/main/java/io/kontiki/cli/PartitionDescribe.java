package io.kontiki.cli;

import io.kontiki.client.TopicPartition;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/** {@code kontiki partition describe}. */
@Command(
        name = "describe",
        description = "Show the replicas of partitions: who leads, who is in sync, and what each one's log holds.")
final class PartitionDescribe implements Callable<Integer> {
    private final Terminal terminal;
    private final Clients clients;
    private final Messages messages;

    @Parameters(paramLabel = "TOPIC:P", arity = "1..*", description = "Partitions.")
    private List<TopicPartition> partitions;

    @Mixin
    private ListOutput output = new ListOutput();

    PartitionDescribe(Terminal terminal, Clients clients, Messages messages) {
        this.terminal = terminal;
        this.clients = clients;
        this.messages = messages;
    }

    @Override
    public Integer call() {
        List<ReplicaRows.Row> rows = clients.withAdmin(admin -> ReplicaRows.of(admin, partitions));
        terminal.print(ReplicaRows.LISTING.render(rows, output.format()));
        partitions.stream()
                .distinct()
                .forEach(id -> rows.stream()
                        .filter(row -> row.id().equals(id) && PartitionState.offline(row.partition()))
                        .findFirst()
                        .ifPresent(row -> messages.tell(
                                PartitionText.of(id) + " has no leader. " + Leaderless.nextStep(id, row.partition()))));
        return ExitCode.DONE;
    }
}
