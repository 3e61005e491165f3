package io.kontiki.cli;

import com.google.gson.JsonArray;
import com.google.gson.JsonObject;
import io.kontiki.cli.output.JsonText;
import io.kontiki.client.MetadataNode;
import java.util.concurrent.Callable;
import java.util.function.Consumer;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code find} in the metadata. */
@Command(name = "find", description = "Show the paths of nodes below one by their names or by what they hold.")
final class MetaFind implements Callable<Integer> {
    private final MetaSession session;

    @Parameters(paramLabel = "PATH", arity = "0..1", description = "Where to begin. Default: where you are, at first /")
    private String path;

    @Option(
            names = {"-n", "--name", "-name"},
            paramLabel = "GLOB",
            description = "Only where the whole name matches: * is anything, ? one character.")
    private String name;

    @Option(
            names = "--value",
            paramLabel = "TEXT",
            description = "Only where the value, JSON without spaces, has this in it, such as '\"leader\":null'.")
    private String value;

    MetaFind(MetaSession session) {
        this.session = session;
    }

    @Override
    public Integer call() {
        return session.with(source -> {
            if (session.json()) {
                var paths = new JsonArray();
                find(source, paths::add);
                var object = new JsonObject();
                object.add("paths", paths);
                session.terminal().print(JsonText.document(object));
            } else {
                try (var printer = session.printer()) {
                    find(source, printer::line);
                }
            }
            return ExitCode.DONE;
        });
    }

    private void find(MetaSource source, Consumer<String> found) {
        var names = new NameGlob(name == null ? "*" : name);
        source.visit(session.path(path), MetaSource.DEPTH_MAX, value != null, node -> {
            if (names.fits(MetaPath.name(node.path())) && holds(node)) {
                found.accept(node.path());
            }
            return true;
        });
    }

    private boolean holds(MetadataNode node) {
        return value == null
                || node.value().filter(text -> text.contains(value)).isPresent();
    }
}
