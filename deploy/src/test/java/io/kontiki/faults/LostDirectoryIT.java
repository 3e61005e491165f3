package io.kontiki.faults;

import static org.assertj.core.api.Assertions.assertThat;

import io.kontiki.localcluster.BrokerProcess;
import io.kontiki.localcluster.FileTree;
import io.kontiki.quickstart.FaultScenario;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Three brokers, each with two log directories; the second one of a broker is lost for good, under load. */
@Timeout(value = 5, unit = TimeUnit.MINUTES)
class LostDirectoryIT {
    private static final int PARTITIONS = 6;
    private static final Duration PATIENCE = Duration.ofSeconds(90);

    private static FaultScenario scenario;

    @BeforeAll
    static void start() throws IOException {
        scenario = new FaultScenario(3);
        for (BrokerProcess broker : scenario.cluster().brokers()) {
            broker.set("log.dirs", broker.dataDirectory() + "," + second(broker));
        }
    }

    @AfterAll
    static void stop() {
        if (scenario != null) {
            scenario.close();
        }
    }

    private static Path second(BrokerProcess broker) {
        return broker.dataDirectory().resolveSibling("data-2");
    }

    @Test
    void replicasOfADirectoryThatWasReplacedAndThenTakenOutComeBack() throws IOException {
        String topic = "directory-lost";
        scenario.createTopic(topic, PARTITIONS);
        BrokerProcess victim =
                scenario.cluster().broker(scenario.view().leader(topic, 0).orElseThrow());
        scenario.cluster()
                .await(
                        "the logs of " + topic,
                        PATIENCE,
                        () -> logs(second(victim), topic).size()
                                        + logs(victim.dataDirectory(), topic).size()
                                == PARTITIONS);
        List<Integer> lost = logs(second(victim), topic);
        assertThat(lost).isNotEmpty().hasSizeLessThan(PARTITIONS);

        scenario.loseNothing(topic, () -> {
            stop(victim);
            FileTree.delete(second(victim));
            startAndAwait(victim, topic);
            assertThat(logs(second(victim), topic)).isEqualTo(lost);

            stop(victim);
            victim.set("log.dirs", victim.dataDirectory().toString());
            startAndAwait(victim, topic);
            assertThat(logs(victim.dataDirectory(), topic)).hasSize(PARTITIONS);
        });
    }

    private static void startAndAwait(BrokerProcess broker, String topic) throws IOException {
        broker.start();
        scenario.cluster()
                .await(
                        "the lost replicas to be in sync",
                        PATIENCE,
                        () -> scenario.view().whole(topic));
    }

    private static List<Integer> logs(Path directory, String topic) {
        return IntStream.range(0, PARTITIONS)
                .filter(number -> Files.exists(directory.resolve(topic + "-" + number)))
                .boxed()
                .toList();
    }

    private static void stop(BrokerProcess broker) {
        broker.terminate();
        assertThat(broker.awaitExit(PATIENCE)).isPresent();
    }
}
