package io.kontiki.cli;

import com.google.gson.JsonObject;
import io.kontiki.cli.output.JsonText;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code tree} in the metadata. */
@Command(name = "tree", description = "Show the names below a node, each one indented below its parent.")
final class MetaTree implements Callable<Integer> {
    private static final String INDENT = "  ";

    private final MetaSession session;

    @Spec
    private CommandSpec spec;

    @Parameters(paramLabel = "PATH", arity = "0..1", description = "Default: where you are, at first /")
    private String path;

    @Option(
            names = {"-L", "--depth"},
            paramLabel = "LEVELS",
            description = "How far below it, 1 to " + MetaSource.DEPTH_MAX + ". Default: all the way")
    private int depth = MetaSource.DEPTH_MAX;

    MetaTree(MetaSession session) {
        this.session = session;
    }

    @Override
    public Integer call() {
        if (depth < 1 || depth > MetaSource.DEPTH_MAX) {
            throw new ParameterException(
                    spec.commandLine(),
                    "Invalid value for option '--depth': " + depth + " is not within 1 to " + MetaSource.DEPTH_MAX);
        }
        return session.with(source -> {
            String start = session.path(path);
            source.node(start);
            if (session.json()) {
                json(source, start);
            } else {
                text(source, start);
            }
            return ExitCode.DONE;
        });
    }

    private void text(MetaSource source, String start) {
        int above = MetaPath.depth(start);
        try (var printer = session.printer()) {
            printer.line(start);
            source.visit(start, depth, false, node -> {
                printer.line(INDENT.repeat(MetaPath.depth(node.path()) - above) + MetaPath.name(node.path()));
                return true;
            });
        }
    }

    /** Objects within objects; each parent comes before its children. */
    private void json(MetaSource source, String start) {
        var root = new JsonObject();
        Map<String, JsonObject> objects = new HashMap<>();
        objects.put(start, root);
        source.visit(start, depth, false, node -> {
            var object = new JsonObject();
            var parent = objects.get(MetaPath.resolve(node.path(), ".."));
            if (parent != null) {
                parent.add(MetaPath.name(node.path()), object);
                objects.put(node.path(), object);
            }
            return true;
        });
        session.terminal().print(JsonText.document(root));
    }
}
