package io.kontiki.cli;

import io.kontiki.client.GroupDescription;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/** {@code kontiki group describe}. */
@Command(
        name = "describe",
        description = {"Show groups with their members and what each of them owns.", "For offsets: kontiki group lag"})
final class GroupDescribe implements Callable<Integer> {
    private final Terminal terminal;
    private final Clients clients;

    @Parameters(paramLabel = "GROUP", arity = "1..*", description = "Ids.")
    private List<String> groups;

    @Mixin
    private ListOutput output = new ListOutput();

    GroupDescribe(Terminal terminal, Clients clients) {
        this.terminal = terminal;
        this.clients = clients;
    }

    @Override
    public Integer call() {
        List<GroupDescription> described = clients.withAdmin(
                admin -> groups.stream().map(admin::describeGroup).toList());
        terminal.print(GroupText.describe(described, output.format()));
        return ExitCode.DONE;
    }
}
