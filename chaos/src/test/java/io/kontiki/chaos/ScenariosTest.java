package io.kontiki.chaos;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.kontiki.chaos.fault.Schedule;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class ScenariosTest {
    @Test
    void everyScenarioIsASchedule() throws IOException {
        List<String> names;
        try (Stream<Path> files = Files.list(Path.of("src/main/resources/io/kontiki/chaos/scenarios"))) {
            names = files.map(file -> file.getFileName().toString().replace(".txt", ""))
                    .sorted()
                    .toList();
        }

        assertThat(Scenarios.NAMES).isEqualTo(names);
        for (String name : names) {
            Schedule scenario = Scenarios.load(name);
            assertThat(scenario.strikes()).as(name).isNotEmpty();
            assertThat(scenario.settings()).as(name).containsKeys("brokers", "voters");
        }
    }

    @Test
    void unknownScenarioIsRefused() {
        assertThatThrownBy(() -> Scenarios.load("S99"))
                .hasMessageContaining("S99 is none of the chaos harness; there are S02, ");
        assertThatThrownBy(() -> Scenarios.load("../S18")).hasMessageContaining("is none of");
    }
}
