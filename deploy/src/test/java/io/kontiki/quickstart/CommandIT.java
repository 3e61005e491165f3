package io.kontiki.quickstart;

import static org.assertj.core.api.Assertions.assertThat;

import io.kontiki.localcluster.BrokerProcess;
import java.io.IOException;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** The first steps of the README, through the start script of the distribution. */
class CommandIT {
    private static BrokerProcess broker;
    private static KontikiCommand kontiki;

    @BeforeAll
    static void start() throws IOException {
        broker = SingleBroker.started("command");
        kontiki = new KontikiCommand(broker.endpoint());
    }

    @AfterAll
    static void stop() {
        if (broker != null) {
            SingleBroker.stop(broker);
        }
    }

    @Test
    void firstStepsOfTheReadmeWork() throws Exception {
        assertThat(kontiki.run("", "topic", "create", "greetings").exitCode()).isZero();
        assertThat(kontiki.run("hello\nworld\n", "produce", "greetings").exitCode())
                .isZero();

        KontikiCommand.Result consumed = kontiki.run("", "consume", "greetings", "--from", "earliest", "-n", "2");

        assertThat(consumed.exitCode()).isZero();
        assertThat(consumed.output()).containsExactly("hello", "world");
        assertThat(kontiki.run("", "topic", "list").output()).anyMatch(line -> line.contains("greetings"));
        assertThat(kontiki.run("", "cluster", "info").exitCode()).isZero();
    }

    @Test
    void failuresHaveTheirExitCodes() throws Exception {
        assertThat(kontiki.run("", "topic", "describe", "nowhere").exitCode()).isEqualTo(4);
        assertThat(kontiki.run("", "topic", "create").exitCode()).isEqualTo(2);
    }
}
