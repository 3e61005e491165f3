package io.kontiki.cli;

import io.kontiki.cli.output.JsonText;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/** {@code stat} in the metadata. */
@Command(
        name = "stat",
        description = {
            "Show a node without its value.",
            "version is what changes of it compare and set on; term and index are where in the metadata log the answer is."
        })
final class MetaStat implements Callable<Integer> {
    private final MetaSession session;

    @Parameters(paramLabel = "PATH", arity = "0..1", description = "Default: where you are, at first /")
    private String path;

    MetaStat(MetaSession session) {
        this.session = session;
    }

    @Override
    public Integer call() {
        return session.with(source -> {
            var node = source.node(session.path(path));
            session.terminal().print(session.json() ? JsonText.document(MetaJson.stat(node)) : MetaJson.statText(node));
            return ExitCode.DONE;
        });
    }
}
