package io.kontiki.cli;

import io.kontiki.cli.output.Quantity;
import io.kontiki.client.Admin;
import io.kontiki.client.ErrorReason;
import io.kontiki.client.KontikiException;
import io.kontiki.client.NewTopic;
import io.kontiki.client.PartitionInfo;
import io.kontiki.client.TopicInfo;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code kontiki topic create}. */
@Command(name = "create", description = "Create a topic.")
final class TopicCreate implements Callable<Integer> {
    private final Clients clients;
    private final Messages messages;

    @Parameters(paramLabel = "TOPIC", description = "Name: 1 to 249 characters out of a-z, A-Z, 0-9, '.', '_' and '-'.")
    private String name;

    @Option(
            names = {"-p", "--partitions"},
            paramLabel = "N",
            description = "Number of partitions. Default: the broker's num.partitions")
    private Integer partitions;

    @Option(
            names = {"-r", "--replication-factor"},
            paramLabel = "N",
            description = "Copies of each partition. Default: the broker's default.replication.factor")
    private Integer replicationFactor;

    @Option(
            names = {"-c", "--config"},
            paramLabel = "KEY=VALUE",
            description = "Configuration that differs from the defaults; repeatable.")
    private Map<String, String> configs = new LinkedHashMap<>();

    @Option(names = "--if-not-exists", description = "Done as well if there is such a topic already.")
    private boolean ifNotExists;

    @Option(names = "--dry-run", description = "Check only, change nothing.")
    private boolean dryRun;

    TopicCreate(Clients clients, Messages messages) {
        this.clients = clients;
        this.messages = messages;
    }

    @Override
    public Integer call() {
        try {
            TopicInfo topic = clients.withAdmin(this::create);
            messages.tell((dryRun ? "would create topic " : "created topic ") + topic.name() + " with "
                    + Quantity.count(topic.partitions().size(), "partition") + ", replication factor "
                    + TopicList.replicationFactor(topic));
            warn(topic.partitions().get(0));
        } catch (KontikiException e) {
            if (!ifNotExists || e.reason() != ErrorReason.TOPIC_EXISTS) {
                throw e;
            }
            messages.tell("topic " + name + " exists already");
        }
        return ExitCode.DONE;
    }

    /** Of a topic that has copies, but takes no write once one of them is away. */
    private void warn(PartitionInfo partition) {
        int replicas = partition.replicas().size();
        if (replicas > 1 && partition.minIsr() == replicas) {
            messages.tell("it bears no loss: of its " + replicas + " replicas all must be in sync for acks=all writes,"
                    + " by min.insync.replicas");
        }
    }

    private TopicInfo create(Admin admin) {
        var topic = NewTopic.named(name);
        if (partitions != null) {
            topic = topic.withPartitions(partitions);
        }
        if (replicationFactor != null) {
            topic = topic.withReplicationFactor(replicationFactor);
        }
        for (var config : configs.entrySet()) {
            topic = topic.withConfig(config.getKey(), config.getValue());
        }
        return dryRun ? admin.validateTopic(topic) : admin.createTopic(topic);
    }
}
