package io.kontiki.cli;

import io.kontiki.client.TopicInfo;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code kontiki topic alter}. */
@Command(name = "alter", description = "Change a topic's configuration.")
final class TopicAlter implements Callable<Integer> {
    private final Clients clients;
    private final Messages messages;

    @Spec
    private CommandSpec spec;

    @Parameters(paramLabel = "TOPIC", description = "Name.")
    private String name;

    @Option(
            names = {"-c", "--config"},
            paramLabel = "KEY=VALUE",
            description = "Set this; repeatable.")
    private Map<String, String> set = new LinkedHashMap<>();

    @Option(names = "--unset", paramLabel = "KEY", description = "Put this back to its default; repeatable.")
    private Set<String> unset = new LinkedHashSet<>();

    @Option(names = "--dry-run", description = "Check only, change nothing.")
    private boolean dryRun;

    TopicAlter(Clients clients, Messages messages) {
        this.clients = clients;
        this.messages = messages;
    }

    @Override
    public Integer call() {
        if (set.isEmpty() && unset.isEmpty()) {
            throw new ParameterException(spec.commandLine(), "Nothing to change: use --config or --unset");
        }
        TopicInfo topic = clients.withAdmin(admin -> admin.alterTopic(name, set, unset, dryRun));
        String configs = TopicList.configs(topic.configs());
        messages.tell((dryRun ? "topic " + name + " would have " : "topic " + name + " now has ")
                + (configs.isEmpty() ? "only defaults" : configs));
        return ExitCode.DONE;
    }
}
