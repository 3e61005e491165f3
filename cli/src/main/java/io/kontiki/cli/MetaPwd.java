package io.kontiki.cli;

import java.util.concurrent.Callable;
import picocli.CommandLine.Command;

/** {@code pwd} in the metadata. */
@Command(name = "pwd", description = "Show where you are.")
final class MetaPwd implements Callable<Integer> {
    private final MetaSession session;

    MetaPwd(MetaSession session) {
        this.session = session;
    }

    @Override
    public Integer call() {
        session.terminal().print(session.directory() + "\n");
        return ExitCode.DONE;
    }
}
