package io.kontiki.cli;

import io.kontiki.client.Admin;
import java.util.concurrent.Callable;
import java.util.function.ObjIntConsumer;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** A command that does one thing to one broker's place in the quorum. */
abstract class QuorumChange implements Callable<Integer> {
    private final Clients clients;
    private final Messages messages;
    private final ObjIntConsumer<Admin> change;
    private final String done;

    @Spec
    private CommandSpec spec;

    @Parameters(paramLabel = "BROKER", description = "Its id. See: kontiki broker list.")
    private int brokerId;

    /** @param done what was done, as in "broker 1 DONE" */
    QuorumChange(Clients clients, Messages messages, ObjIntConsumer<Admin> change, String done) {
        this.clients = clients;
        this.messages = messages;
        this.change = change;
        this.done = done;
    }

    @Override
    public Integer call() {
        Misuse.requireAtLeast(0, brokerId, "parameter BROKER", spec);
        clients.withAdmin(admin -> {
            change.accept(admin, brokerId);
            return brokerId;
        });
        messages.tell("broker " + brokerId + " " + done);
        return ExitCode.DONE;
    }

    /** {@code kontiki quorum add}. */
    @Command(
            name = "add",
            description = {
                "Make a running broker a voter. Returns when it has caught up.",
                "Two voters bear no loss and four no more than three: go on to 3 or 5."
            })
    static final class Add extends QuorumChange {
        Add(Clients clients, Messages messages) {
            super(clients, messages, Admin::addVoter, "votes now");
        }
    }

    /** {@code kontiki quorum remove}. */
    @Command(name = "remove", description = "Take the vote from a broker, running or not. It goes on without.")
    static final class Remove extends QuorumChange {
        Remove(Clients clients, Messages messages) {
            super(clients, messages, Admin::removeVoter, "does not vote any more");
        }
    }

    /** {@code kontiki quorum replace}. */
    @Command(name = "replace", description = "Give a broker that lost its metadata log its vote back, as a new member.")
    static final class Replace extends QuorumChange {
        Replace(Clients clients, Messages messages) {
            super(clients, messages, Admin::replaceVoter, "votes again, with its present storage");
        }
    }

    /** {@code kontiki quorum transfer}. */
    @Command(name = "transfer", description = "Have another voter lead the quorum, and be the controller.")
    static final class Transfer extends QuorumChange {
        Transfer(Clients clients, Messages messages) {
            super(clients, messages, Admin::transferQuorumLeadership, "leads the quorum now");
        }
    }
}
