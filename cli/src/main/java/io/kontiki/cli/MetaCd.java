package io.kontiki.cli;

import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/** {@code cd} in the metadata. */
@Command(name = "cd", description = "Go to a node: what is not an absolute path counts from there.")
final class MetaCd implements Callable<Integer> {
    private final MetaSession session;

    @Parameters(paramLabel = "PATH", arity = "0..1", description = "Default: /")
    private String path = MetaPath.ROOT;

    MetaCd(MetaSession session) {
        this.session = session;
    }

    @Override
    public Integer call() {
        return session.with(source -> {
            session.enter(source.node(session.path(path)).path());
            return ExitCode.DONE;
        });
    }
}
