package io.kontiki.cli;

import com.google.gson.JsonArray;
import com.google.gson.JsonObject;
import io.kontiki.cli.output.JsonText;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code ls} in the metadata. */
@Command(name = "ls", description = "List what is below a node, one name a line.")
final class MetaLs implements Callable<Integer> {
    private final MetaSession session;

    @Parameters(paramLabel = "PATH", arity = "0..1", description = "Default: where you are, at first /")
    private String path;

    @Option(
            names = {"-R", "--recursive"},
            description = "The node and everything below it, as paths.")
    private boolean recursive;

    MetaLs(MetaSession session) {
        this.session = session;
    }

    @Override
    public Integer call() {
        return session.with(source -> {
            String start = session.path(path);
            if (session.json()) {
                json(source, start);
            } else {
                text(source, start);
            }
            return ExitCode.DONE;
        });
    }

    private void text(MetaSource source, String start) {
        try (var printer = session.printer()) {
            if (recursive) {
                source.node(start);
                printer.line(start);
            }
            source.visit(start, depth(), false, node -> {
                printer.line(recursive ? node.path() : MetaPath.name(node.path()));
                return true;
            });
        }
    }

    private void json(MetaSource source, String start) {
        var names = new JsonArray();
        source.visit(start, depth(), false, node -> {
            names.add(recursive ? node.path() : MetaPath.name(node.path()));
            return true;
        });
        var object = new JsonObject();
        object.addProperty("path", start);
        object.add(recursive ? "paths" : "children", names);
        session.terminal().print(JsonText.document(object));
    }

    private int depth() {
        return recursive ? MetaSource.DEPTH_MAX : 1;
    }
}
