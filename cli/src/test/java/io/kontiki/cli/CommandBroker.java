package io.kontiki.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.kontiki.broker.Broker;
import io.kontiki.broker.BrokerConfig;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** A broker in this process for the command lines of a test. */
final class CommandBroker implements AutoCloseable {
    private final Broker broker;

    private CommandBroker(Broker broker) {
        this.broker = broker;
    }

    static CommandBroker start(Path... directories) throws InterruptedException {
        var logDirs = Stream.of(directories).map(Path::toString).collect(Collectors.joining(","));
        var broker = Broker.start(BrokerConfig.of(
                Map.of("listeners", "GRPC://127.0.0.1:0", "log.dirs", logDirs, "cluster.id", "cli-test")));
        assertThat(broker.awaitServing(Duration.ofSeconds(30))).isTrue();
        return new CommandBroker(broker);
    }

    /** A command line that finds this broker, not run yet. */
    CommandRun command() {
        return new CommandRun().with("KONTIKI_BOOTSTRAP", broker.endpoint().toString());
    }

    /** Runs a command line that must end with that code. */
    CommandRun run(int code, String... args) {
        var run = command();
        assertThat(run.run(args)).as(run.err()).isEqualTo(code);
        return run;
    }

    int port() {
        return broker.endpoint().port();
    }

    @Override
    public void close() {
        broker.close();
    }
}
