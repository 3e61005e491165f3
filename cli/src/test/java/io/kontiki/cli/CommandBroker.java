package io.kontiki.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.kontiki.broker.Broker;
import io.kontiki.broker.BrokerConfig;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
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
        return start(Map.of(), directories);
    }

    /** With settings of its own. */
    static CommandBroker start(Map<String, String> settings, Path... directories) throws InterruptedException {
        var all = new HashMap<>(settings);
        all.putIfAbsent("listeners", "GRPC://127.0.0.1:0");
        all.put("log.dirs", Stream.of(directories).map(Path::toString).collect(Collectors.joining(",")));
        all.put("cluster.id", "cli-test");
        var started = begin(all);
        assertThat(started.broker.awaitServing(Duration.ofSeconds(30))).isTrue();
        return started;
    }

    /** One that may wait for others of its quorum for good. */
    static CommandBroker begin(Map<String, String> settings, Path directory) {
        var all = new HashMap<>(settings);
        all.putIfAbsent("listeners", "GRPC://127.0.0.1:0");
        all.put("log.dirs", directory.toString());
        all.put("cluster.id", "cli-test");
        return begin(all);
    }

    private static CommandBroker begin(Map<String, String> settings) {
        return new CommandBroker(Broker.start(BrokerConfig.of(settings)));
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

    /** A broker of the same cluster, which does not vote at first. */
    CommandBroker join(int id, Map<String, String> settings, Path directory) throws InterruptedException {
        var all = new HashMap<>(settings);
        all.put("broker.id", Integer.toString(id));
        all.put("metadata.bootstrap.servers", broker.endpoint().toString());
        return start(all, directory);
    }

    /** Once it is closed: the same broker again, at the same port. */
    CommandBroker again(Path directory) throws InterruptedException {
        return start(Map.of("listeners", "GRPC://127.0.0.1:" + port()), directory);
    }

    int port() {
        return broker.endpoint().port();
    }

    @Override
    public void close() {
        broker.close();
    }
}
