package io.kontiki.cli;

import io.kontiki.client.Admin;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/** {@code kontiki group delete}. */
@Command(
        name = "delete",
        description = {"Forget a group and its offsets. Asks first.", "Only a group without members can be deleted."})
final class GroupDelete extends Deletion {
    @Parameters(paramLabel = "GROUP", description = "Id.")
    private String group;

    GroupDelete(Terminal terminal, Clients clients, Messages messages) {
        super(terminal, clients, messages);
    }

    @Override
    String name() {
        return group;
    }

    @Override
    String kind() {
        return "group";
    }

    @Override
    String loss() {
        return "This forgets how far group " + group + " has read.";
    }

    @Override
    void delete(Admin admin) {
        admin.deleteGroup(group);
    }
}
