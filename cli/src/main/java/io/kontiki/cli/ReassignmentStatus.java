package io.kontiki.cli;

import io.kontiki.cli.output.ListFormat;
import io.kontiki.client.Admin;
import io.kontiki.client.TopicPartition;
import java.util.Set;

/** Shows what is being moved. People see for a second how fast it goes. */
final class ReassignmentStatus {
    private static final long LOOK_MILLIS = 1_000;

    private final Terminal terminal;
    private final Messages messages;
    private final Admin admin;

    ReassignmentStatus(Terminal terminal, Messages messages, Admin admin) {
        this.terminal = terminal;
        this.messages = messages;
        this.admin = admin;
    }

    /** @param named none means all */
    int show(Set<TopicPartition> named, ListFormat format) {
        var underWay = UnderWay.of(admin).only(named);
        var rates = CopyRates.UNKNOWN;
        boolean forPeople = format == ListFormat.TABLE || format == ListFormat.WIDE;
        if (forPeople && !underWay.moves().isEmpty()) {
            var before = underWay.moves();
            long beforeNanos = System.nanoTime();
            Moving.pause(LOOK_MILLIS);
            underWay = UnderWay.of(admin).only(named);
            rates = CopyRates.between(before, underWay.moves(), System.nanoTime() - beforeNanos);
        }
        if (underWay.moves().isEmpty()) {
            messages.tell("nothing is being moved");
        }
        terminal.print(ReassignmentText.render(underWay.moves(), rates, format));
        return ExitCode.DONE;
    }
}
