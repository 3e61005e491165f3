package io.kontiki.quickstart;

import static org.assertj.core.api.Assertions.assertThat;

import io.kontiki.broker.BrokerConfig;
import io.kontiki.broker.ConfigSources;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ShippedConfigTest {
    @ParameterizedTest
    @ValueSource(strings = {"server.properties", "dev.properties"})
    void everyKeyAndValueIsAllowed(String name) {
        Path file = Path.of("src/main/dist/conf", name);

        BrokerConfig config = BrokerConfig.load(
                new ConfigSources(Map.of("cluster.id", "of-my-own"), Map.of(), Optional.of(file), false));

        assertThat(config.explicitSettings()).isNotEmpty();
    }
}
