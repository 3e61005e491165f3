package io.kontiki.cli;

import io.kontiki.cli.output.JsonText;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code get} in the metadata. */
@Command(name = "get", description = "Show what a node holds: JSON on one line, or null if it only has nodes below it.")
final class MetaGet implements Callable<Integer> {
    private final MetaSession session;

    @Parameters(paramLabel = "PATH", arity = "0..1", description = "Default: where you are, at first /")
    private String path;

    @Option(names = "-s", description = "Show what stat shows, too.")
    private boolean stat;

    MetaGet(MetaSession session) {
        this.session = session;
    }

    @Override
    public Integer call() {
        return session.with(source -> {
            var node = source.node(session.path(path));
            if (session.json()) {
                var object = MetaJson.stat(node);
                object.add("value", MetaJson.value(node));
                session.terminal().print(JsonText.document(object));
            } else {
                session.terminal().print(node.value().orElse("null") + "\n" + (stat ? MetaJson.statText(node) : ""));
            }
            return ExitCode.DONE;
        });
    }
}
