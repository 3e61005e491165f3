package io.kontiki.cli;

import com.google.gson.JsonPrimitive;
import io.kontiki.cli.output.JsonText;
import io.kontiki.client.MetadataNode;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/** {@code dump} of the metadata. */
@Command(
        name = "dump",
        description = {
            "Show all nodes below one that hold something, as one JSON object: their values by their paths, one a line.",
            "Two dumps can be compared line by line."
        })
final class MetaDump implements Callable<Integer> {
    private final MetaSession session;

    @Parameters(paramLabel = "PATH", arity = "0..1", description = "Default: where you are, at first /")
    private String path;

    MetaDump(MetaSession session) {
        this.session = session;
    }

    @Override
    public Integer call() {
        return session.with(source -> {
            try (var printer = session.printer()) {
                dump(source, printer);
            }
            return ExitCode.DONE;
        });
    }

    /** Not made whole before it is printed: a large cluster has hundreds of thousands of nodes. */
    private void dump(MetaSource source, MetaPrinter printer) {
        var first = source.node(session.path(path));
        var lines = new Lines(printer, first.index());
        lines.add(first);
        source.visit(first.path(), MetaSource.DEPTH_MAX, true, lines::add);
        printer.print(lines.count == 0 ? "{}\n" : "\n}\n");
        session.messages()
                .tell(
                        lines.last == first.index()
                                ? "as of index " + first.index() + " of the metadata log"
                                : "as of index " + first.index() + " to " + lines.last
                                        + " of the metadata log, which went on meanwhile");
    }

    private static final class Lines {
        private final MetaPrinter printer;
        private long last;
        private int count;

        Lines(MetaPrinter printer, long index) {
            this.printer = printer;
            this.last = index;
        }

        boolean add(MetadataNode node) {
            last = node.index();
            node.value().ifPresent(value -> {
                String name = JsonText.line(new JsonPrimitive(node.path())).strip();
                printer.print((count == 0 ? "{\n" : ",\n") + "  " + name + ": " + value);
                count++;
            });
            return true;
        }
    }
}
