package io.kontiki.cli;

import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code kontiki group remove-member}. */
@Command(
        name = "remove-member",
        description = {
            "Fence a member of a group: its partitions go to others at once.",
            "If it lives it joins anew, with what it can get then."
        })
final class GroupRemoveMember implements Callable<Integer> {
    private final Clients clients;
    private final Messages messages;

    @Spec
    private CommandSpec spec;

    @Parameters(index = "0", paramLabel = "GROUP", description = "Id.")
    private String group;

    @Parameters(index = "1", arity = "0..1", paramLabel = "MEMBER", description = "Id of the member.")
    private String member;

    @Option(names = "--instance", paramLabel = "NAME", description = "The static member of this name.")
    private String instance;

    GroupRemoveMember(Clients clients, Messages messages) {
        this.clients = clients;
        this.messages = messages;
    }

    @Override
    public Integer call() {
        if ((member == null) == (instance == null)) {
            throw new ParameterException(spec.commandLine(), "Name a member by MEMBER or by --instance");
        }
        clients.withAdmin(admin -> {
            if (member != null) {
                admin.removeMember(group, member);
            } else {
                admin.removeInstance(group, instance);
            }
            return group;
        });
        messages.tell("removed member " + (member == null ? instance : member) + " of group " + group);
        return ExitCode.DONE;
    }
}
