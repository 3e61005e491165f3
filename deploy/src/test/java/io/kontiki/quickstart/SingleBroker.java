package io.kontiki.quickstart;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.kontiki.client.KontikiException;
import io.kontiki.localcluster.BrokerProcess;
import io.kontiki.localcluster.ClusterView;
import io.kontiki.localcluster.FreePorts;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.OptionalInt;

/** Brokers that are clusters of their own, each a process, and what they say when they do not start. */
final class SingleBroker {
    private static final Duration PATIENCE = Duration.ofSeconds(30);

    private SingleBroker() {}

    /** One that is not started; nothing but itself is in its cluster. */
    static BrokerProcess create(String name, int port) throws IOException {
        Path directory = RealProcesses.newDirectory(name);
        BrokerProcess broker = new BrokerProcess(1, port, RealProcesses.distribution(), directory);
        broker.set("cluster.id", name);
        return broker;
    }

    static BrokerProcess create(String name) throws IOException {
        return create(name, FreePorts.find(1).get(0));
    }

    static BrokerProcess started(String name) throws IOException {
        BrokerProcess broker = create(name);
        start(broker);
        return broker;
    }

    static void start(BrokerProcess broker) throws IOException {
        broker.start();
        try (ClusterView view = new ClusterView(broker.endpoint())) {
            await().atMost(PATIENCE)
                    .ignoreExceptionsInstanceOf(KontikiException.class)
                    .failFast("the broker ended, see " + broker.logFile(), broker::hasExited)
                    .until(() -> view.serving(List.of(broker.id())));
        } catch (RuntimeException | Error e) {
            // Who gets the exception has no broker to stop.
            broker.kill();
            throw e;
        }
    }

    static void stop(BrokerProcess broker) {
        broker.terminate();
        if (broker.isAlive() && broker.awaitExit(PATIENCE).isEmpty()) {
            broker.kill();
        }
    }

    /** Starts a broker that must refuse to, and returns what it said. */
    static String refusal(BrokerProcess broker) throws IOException {
        broker.start();
        try {
            OptionalInt exitCode = broker.awaitExit(PATIENCE);
            assertThat(exitCode)
                    .as("the exit code of a broker that said: " + broker.logTail())
                    .isPresent();
            assertThat(exitCode.getAsInt()).isNotZero();
            return broker.log();
        } finally {
            broker.kill();
        }
    }
}
