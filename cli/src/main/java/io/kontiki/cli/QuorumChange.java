package io.kontiki.cli;

import io.kontiki.client.Admin;
import io.kontiki.client.QuorumDescription;
import io.kontiki.client.QuorumMember;
import java.util.OptionalInt;
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
    private final String already;

    @Spec
    private CommandSpec spec;

    @Parameters(paramLabel = "BROKER", description = "Its id. See: kontiki broker list.")
    private int brokerId;

    /**
     * @param done what was done, as in "broker 1 DONE"
     * @param already what was so before, as in "broker 1 ALREADY"
     */
    QuorumChange(Clients clients, Messages messages, ObjIntConsumer<Admin> change, String done, String already) {
        this.clients = clients;
        this.messages = messages;
        this.change = change;
        this.done = done;
        this.already = already;
    }

    @Override
    public Integer call() {
        Misuse.requireAtLeast(0, brokerId, "parameter BROKER", spec);
        clients.withAdmin(admin -> {
            QuorumDescription before = admin.describeQuorum();
            change.accept(admin, brokerId);
            QuorumDescription after = admin.describeQuorum();
            messages.tell("broker " + brokerId + " " + (isMade(before, after, brokerId) ? done : already));
            QuorumText.advice(after).ifPresent(messages::tell);
            return brokerId;
        });
        return ExitCode.DONE;
    }

    /** Whether it was not so before: a change may be repeated, but is not to be confirmed twice. */
    abstract boolean isMade(QuorumDescription before, QuorumDescription after, int id);

    static String storage(QuorumDescription quorum, int id) {
        return QuorumText.member(quorum, id).map(QuorumMember::memberId).orElse("");
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
            super(clients, messages, Admin::addVoter, "votes now", "votes already: nothing changed");
        }

        @Override
        boolean isMade(QuorumDescription before, QuorumDescription after, int id) {
            return QuorumText.member(before, id).filter(QuorumText::votes).isEmpty();
        }
    }

    /** {@code kontiki quorum remove}. */
    @Command(name = "remove", description = "Take the vote from a broker, running or not. It goes on without.")
    static final class Remove extends QuorumChange {
        Remove(Clients clients, Messages messages) {
            super(clients, messages, Remove::change, "does not vote any more", "has no vote: nothing changed");
        }

        private static void change(Admin admin, int id) {
            if (QuorumText.member(admin.describeQuorum(), id).isEmpty()) {
                throw new Failure(
                        ExitCode.NOT_FOUND, "there is no broker " + id, "See who votes: kontiki quorum status");
            }
            admin.removeVoter(id);
        }

        @Override
        boolean isMade(QuorumDescription before, QuorumDescription after, int id) {
            return QuorumText.member(before, id).filter(QuorumText::votes).isPresent();
        }
    }

    /** {@code kontiki quorum replace}. */
    @Command(name = "replace", description = "Give a broker that lost its metadata log its vote back, as a new member.")
    static final class Replace extends QuorumChange {
        Replace(Clients clients, Messages messages) {
            super(
                    clients,
                    messages,
                    Admin::replaceVoter,
                    "votes again, with its present storage",
                    "votes with its present storage already: nothing changed");
        }

        @Override
        boolean isMade(QuorumDescription before, QuorumDescription after, int id) {
            // Without a leader nobody tells the voters for sure.
            return after.leaderId().isEmpty() || !storage(before, id).equals(storage(after, id));
        }
    }

    /** {@code kontiki quorum transfer}. */
    @Command(name = "transfer", description = "Have another voter lead the quorum, and be the controller.")
    static final class Transfer extends QuorumChange {
        Transfer(Clients clients, Messages messages) {
            super(
                    clients,
                    messages,
                    Admin::transferQuorumLeadership,
                    "leads the quorum now",
                    "leads the quorum already: nothing changed");
        }

        @Override
        boolean isMade(QuorumDescription before, QuorumDescription after, int id) {
            return !before.leaderId().equals(OptionalInt.of(id));
        }
    }
}
