package io.kontiki.cli;

import java.time.Duration;
import java.util.List;
import java.util.Optional;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ScopeType;
import picocli.CommandLine.Spec;

/** Options that stand before or behind any command. Filled by picocli; read only once that is done. */
final class GlobalOptions {
    static final String DEFAULT_BOOTSTRAP = "localhost:9392";
    static final Duration DEFAULT_TIMEOUT = Duration.ofSeconds(30);
    private static final Duration MIN_TIMEOUT = Duration.ofMillis(1);
    private static final Duration MAX_TIMEOUT = Duration.ofDays(1);

    /** Those that only mean something to commands which connect to brokers. */
    static final List<String> FOR_CLIENTS = List.of("--bootstrap", "--timeout");

    @Spec(Spec.Target.MIXEE)
    private CommandSpec spec;

    private Duration timeout;

    @Option(
            names = {"-b", "--bootstrap", "--bootstrap-server"},
            paramLabel = "HOST:PORT",
            scope = ScopeType.INHERIT,
            description = {
                "Brokers to ask first, with commas between.",
                "Default: KONTIKI_BOOTSTRAP or " + DEFAULT_BOOTSTRAP
            })
    private String bootstrap;

    @Option(
            names = "--timeout",
            paramLabel = "TIME",
            scope = ScopeType.INHERIT,
            description = "Longest wait for brokers, such as 500ms, 10s or 2m. Default: 30s")
    private void timeout(Duration value) {
        if (value.compareTo(MIN_TIMEOUT) < 0 || value.compareTo(MAX_TIMEOUT) > 0) {
            throw new ParameterException(
                    spec.commandLine(),
                    "--timeout is " + value.toMillis() + "ms, not " + MIN_TIMEOUT.toMillis() + "ms to "
                            + MAX_TIMEOUT.toHours() + "h");
        }
        timeout = value;
    }

    @Option(names = "--no-color", scope = ScopeType.INHERIT, description = "No colours. So does NO_COLOR.")
    private boolean noColor;

    @Option(
            names = {"-q", "--quiet"},
            scope = ScopeType.INHERIT,
            description = "Only results and errors: no messages, no progress.")
    private boolean quiet;

    @Option(
            names = {"-v", "--verbose"},
            scope = ScopeType.INHERIT,
            description = "Log the calls to brokers, and show errors with their causes.")
    private boolean verbose;

    /** Where to connect, by option, environment or default. */
    String bootstrap(Terminal terminal) {
        return Optional.ofNullable(bootstrap)
                .or(() -> terminal.variable("KONTIKI_BOOTSTRAP"))
                .orElse(DEFAULT_BOOTSTRAP);
    }

    Duration timeout() {
        return Optional.ofNullable(timeout).orElse(DEFAULT_TIMEOUT);
    }

    boolean noColor() {
        return noColor;
    }

    boolean quiet() {
        return quiet;
    }

    boolean verbose() {
        return verbose;
    }
}
