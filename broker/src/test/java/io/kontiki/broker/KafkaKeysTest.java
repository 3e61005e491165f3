package io.kontiki.broker;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class KafkaKeysTest {
    @ParameterizedTest
    @ValueSource(
            strings = {
                "zookeeper.connect",
                "zookeeper.connection.timeout.ms",
                "process.roles",
                "controller.quorum.voters",
                "num.network.threads",
                "num.io.threads",
                "socket.send.buffer.bytes",
                "offsets.topic.replication.factor",
                "transaction.state.log.min.isr",
                "group.initial.rebalance.delay.ms",
                "metadata.log.segment.bytes",
                "auto.create.topics.enable"
            })
    void whatMeansNothingHereIsIgnoredAndSaidSo(String key) {
        var config = BrokerConfig.of(Map.of(key, "1"));

        assertThat(config.warnings())
                .singleElement()
                .asString()
                .startsWith("key \"" + key + "\" of Kafka is ignored, because ")
                .endsWith(" (--set)");
        assertThat(config.explicitSettings()).noneMatch(line -> line.startsWith(key));
    }

    @Test
    void soIsTheVariable() {
        var sources = new ConfigSources(Map.of(), Map.of("KONTIKI_NUM_IO_THREADS", "8"), Optional.empty(), false);

        assertThat(BrokerConfig.load(sources).warnings())
                .singleElement()
                .asString()
                .startsWith("environment variable \"KONTIKI_NUM_IO_THREADS\" of Kafka is ignored, because ");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "ssl.keystore.location",
                "sasl.enabled.mechanisms",
                "security.inter.broker.protocol",
                "listener.name.internal.ssl.keystore.location",
                "authorizer.class.name",
                "super.users"
            })
    void whatProtectsABrokerIsRefused(String key) {
        assertThatThrownBy(() -> BrokerConfig.of(Map.of(key, "x")))
                .isInstanceOf(ConfigException.class)
                .hasMessageStartingWith("key \"" + key + "\" of Kafka cannot be honoured here, because ");
    }

    @Test
    void nodeIdIsBrokerId() {
        assertThat(BrokerConfig.of(Map.of("node.id", "7")).brokerId()).hasValue(7);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "metadata.log.dirs",
                "group.consumer.session.timeout",
                "controlled.shutdown.timeout",
                "replica.lag.time.max",
                "log.cleaner.thread"
            })
    void misspeltKeyOfOursIsNotTakenForOneOfKafkas(String key) {
        assertThatThrownBy(() -> BrokerConfig.of(Map.of(key, "1"))).hasMessageContaining("is unknown; did you mean ");
    }

    /** It would make the key impossible to set, or its table wrong. */
    @Test
    void noKeyOfOursIsInTheTable() {
        for (var name : BrokerKeys.names()) {
            assertThat(KafkaKeys.find(name)).as(name).isEmpty();
        }
    }
}
