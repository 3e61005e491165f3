package io.kontiki.cli;

import com.google.gson.JsonNull;
import com.google.gson.JsonObject;
import io.kontiki.cli.output.Listing;
import io.kontiki.client.Admin;
import io.kontiki.client.QuorumDescription;
import io.kontiki.client.QuorumMember;
import java.util.Locale;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** {@code kontiki quorum status}. */
@Command(
        name = "status",
        description = {
            "Show who votes, who leads, and how far each broker's metadata is.",
            "Brokers with the same INDEX must have the same DIGEST. Exit code 10 if anything is wrong."
        })
final class QuorumStatus implements Callable<Integer> {
    private record Row(QuorumMember member, QuorumDescription quorum) {
        String role() {
            return member.role().name().toLowerCase(Locale.ROOT);
        }

        String index() {
            return member.imageIndex().isPresent()
                    ? Long.toString(member.imageIndex().getAsLong())
                    : "";
        }
    }

    private static final Listing<Row> LISTING = new Listing<Row>(
                    "members", row -> Integer.toString(row.member().brokerId()), QuorumStatus::json)
            .number("ID", row -> row.member().brokerId())
            .text("ROLE", Row::role)
            .text("RAFT ADDRESS", row -> row.member().address())
            .wideText("MEMBER", row -> row.member().memberId())
            .wideNumber("TERM", row -> row.quorum().term())
            .number("INDEX", Row::index)
            .text("DIGEST", row -> row.member().imageDigest())
            .text("PROBLEM", row -> row.member().problem());

    private final Terminal terminal;
    private final Clients clients;
    private final Messages messages;

    @Mixin
    private ListOutput output = new ListOutput();

    QuorumStatus(Terminal terminal, Clients clients, Messages messages) {
        this.terminal = terminal;
        this.clients = clients;
        this.messages = messages;
    }

    @Override
    public Integer call() {
        QuorumDescription quorum = clients.withAdmin(Admin::describeQuorum);
        var rows =
                quorum.members().stream().map(member -> new Row(member, quorum)).toList();
        terminal.print(LISTING.render(rows, output.format()));
        QuorumText.standstill(quorum).or(() -> QuorumText.advice(quorum)).ifPresent(messages::tell);
        boolean well = quorum.leaderId().isPresent()
                && quorum.members().stream().allMatch(member -> member.problem().isEmpty());
        return well ? ExitCode.DONE : ExitCode.PROBLEMS_FOUND;
    }

    private static JsonObject json(Row row) {
        var member = row.member();
        var object = new JsonObject();
        object.addProperty("id", member.brokerId());
        object.addProperty("role", row.role());
        object.addProperty("quorumId", row.quorum().quorumId());
        object.addProperty("term", row.quorum().term());
        object.addProperty("member", member.memberId());
        object.addProperty("address", member.address());
        member.imageIndex()
                .ifPresentOrElse(
                        index -> object.addProperty("index", index), () -> object.add("index", JsonNull.INSTANCE));
        object.addProperty("digest", member.imageDigest());
        object.addProperty("problem", member.problem());
        return object;
    }
}
