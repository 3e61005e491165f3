package io.kontiki.cli;

import io.kontiki.cli.output.Quantity;
import io.kontiki.client.TopicInfo;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/**
 * {@code kontiki topic add-partitions}. Takes the count that shall be there afterwards: whoever means "more of them"
 * instead is refused, while the other way round partitions would be added that can never be taken away.
 */
@Command(
        name = "add-partitions",
        description = {"Give a topic more partitions.", "Records of some keys go to other partitions from then on."})
final class TopicAddPartitions implements Callable<Integer> {
    private final Clients clients;
    private final Messages messages;

    @Parameters(paramLabel = "TOPIC", description = "Name.")
    private String name;

    @Option(
            names = {"-p", "--partitions"},
            paramLabel = "N",
            required = true,
            description = "How many there shall be then in all, above the present number.")
    private int partitions;

    @Option(names = "--dry-run", description = "Check only, change nothing.")
    private boolean dryRun;

    TopicAddPartitions(Clients clients, Messages messages) {
        this.clients = clients;
        this.messages = messages;
    }

    @Override
    public Integer call() {
        TopicInfo topic = clients.withAdmin(admin -> admin.addPartitions(name, partitions, dryRun));
        messages.tell("topic " + name + (dryRun ? " would have " : " now has ")
                + Quantity.count(topic.partitions().size(), "partition"));
        return ExitCode.DONE;
    }
}
