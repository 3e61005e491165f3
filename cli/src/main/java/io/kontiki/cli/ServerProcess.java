package io.kontiki.cli;

import io.kontiki.broker.Broker;
import io.kontiki.broker.BrokerConfig;
import io.kontiki.broker.BrokerStartException;
import io.kontiki.broker.ConfigException;
import io.kontiki.broker.ConfigSources;
import io.kontiki.broker.DataDirectoryException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;

/** Runs a broker in this process until it is asked to stop. */
final class ServerProcess {
    private static final Duration START_PATIENCE = Duration.ofSeconds(30);
    /** Names a file to make once the broker listens: the start script waits for it before it leaves the broker alone. */
    private static final String STARTED_PROPERTY = "kontiki.started";

    private final Terminal terminal;
    private final Messages messages;
    private final StopSignal stop;

    ServerProcess(Terminal terminal, Messages messages, StopSignal stop) {
        this.terminal = terminal;
        this.messages = messages;
        this.stop = stop;
    }

    /**
     * Starts the broker and returns when it has stopped, with the exit code.
     *
     * @throws Failure if it does not start
     */
    int run(ConfigSources sources) throws InterruptedException {
        Broker broker = start(sources);
        stop.onRequest(broker::close);
        Optional.ofNullable(System.getProperty(STARTED_PROPERTY)).ifPresent(file -> mark(Path.of(file)));
        if (sources.dev() && broker.awaitServing(START_PATIENCE)) {
            messages.tell(nextSteps(String.valueOf(broker.endpoint())));
        }
        return broker.awaitTermination() == Broker.STOPPED ? ExitCode.DONE : ExitCode.FAILED;
    }

    /** The broker serves without it, too: only who waits for it is told late. */
    private void mark(Path started) {
        try {
            Files.writeString(started, "");
        } catch (IOException e) {
            messages.tell("warning: " + started + " cannot be written: " + ErrorReport.plain(String.valueOf(e)));
        }
    }

    private static Broker start(ConfigSources sources) {
        try {
            return Broker.start(BrokerConfig.load(sources));
        } catch (ConfigException e) {
            throw refused(e);
        } catch (DataDirectoryException e) {
            throw new Failure(
                    ExitCode.CONFLICT,
                    ErrorReport.plain(e.getMessage()),
                    "Or give this broker a directory of its own: --data DIR",
                    e);
        } catch (BrokerStartException e) {
            throw new Failure(
                    ExitCode.CONFLICT,
                    ErrorReport.plain(e.getMessage()),
                    "Settings are changed by --set KEY=VALUE.",
                    e);
        }
    }

    /** Of a configuration that no broker starts with. */
    static Failure refused(ConfigException e) {
        return new Failure(
                ExitCode.USAGE,
                String.join("; ", e.problems()),
                "Correct it where it is set: --set, KONTIKI_* in the environment, or the file.",
                e);
    }

    /** What somebody would do first with a new broker, ready to be copied. */
    private String nextSteps(String endpoint) {
        boolean found = endpoint.equals(terminal.variable("KONTIKI_BOOTSTRAP").orElse(GlobalOptions.DEFAULT_BOOTSTRAP));
        String where = found ? "" : " -b " + endpoint;
        return String.join(
                System.lineSeparator(),
                "",
                "Ready at " + endpoint + ". Next, in another terminal:",
                "  kontiki topic create greetings" + where,
                "  echo hello | kontiki produce greetings" + where,
                "  kontiki consume greetings --follow" + where,
                "");
    }
}
