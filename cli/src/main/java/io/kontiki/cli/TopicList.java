package io.kontiki.cli;

import io.kontiki.cli.output.ListFormat;
import io.kontiki.cli.output.Listing;
import io.kontiki.client.Admin;
import io.kontiki.client.TopicInfo;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** {@code kontiki topic list}. */
@Command(name = "list", description = "Show all topics.")
final class TopicList implements Callable<Integer> {
    private static final Listing<TopicInfo> LISTING = new Listing<>("topics", TopicInfo::name, TopicJson::of)
            .text("NAME", TopicInfo::name)
            .number("PARTITIONS", topic -> topic.partitions().size())
            .number("REPLICAS", TopicList::replicationFactor)
            .number("UNDER-REPLICATED", topic -> count(topic, true))
            .number("OFFLINE", topic -> count(topic, false))
            .wideText("ID", TopicInfo::id)
            .wideText("CONFIG", topic -> configs(topic.configs()));

    private final Terminal terminal;
    private final Clients clients;

    @Mixin
    private ListOutput output = new ListOutput();

    TopicList(Terminal terminal, Clients clients) {
        this.terminal = terminal;
        this.clients = clients;
    }

    @Override
    public Integer call() {
        ListFormat format = output.format();
        terminal.print(LISTING.render(clients.withAdmin(Admin::listTopics), format));
        return ExitCode.DONE;
    }

    static int replicationFactor(TopicInfo topic) {
        return topic.partitions().isEmpty()
                ? 0
                : topic.partitions().get(0).replicas().size();
    }

    static String configs(Map<String, String> configs) {
        return configs.entrySet().stream()
                .sorted(Map.Entry.comparingByKey())
                .map(entry -> entry.getKey() + "=" + entry.getValue())
                .collect(Collectors.joining(","));
    }

    private static long count(TopicInfo topic, boolean underReplicated) {
        return topic.partitions().stream()
                .filter(underReplicated ? PartitionState::underReplicated : PartitionState::offline)
                .count();
    }
}
