package io.kontiki.benchmark.versus;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.kontiki.benchmark.versus.scenario.Scenario;
import io.kontiki.benchmark.versus.scenario.Scenarios;
import java.util.List;
import org.junit.jupiter.api.Test;

class ChosenTest {
    @Test
    void aNameAloneHasTheDefaults() {
        for (Scenario scenario : Scenarios.all()) {
            assertThat(Chosen.parse(scenario.name())).isEqualTo(new Chosen(scenario, scenario.defaults()));
        }
    }

    @Test
    void whatIsGivenReplacesDefaults() {
        Chosen chosen = Chosen.parse("produce:size=100,rf=3");
        assertThat(chosen.parameters().text("size")).isEqualTo("100");
        assertThat(chosen.parameters().text("rf")).isEqualTo("3");
        assertThat(chosen.parameters().text("acks")).isEqualTo("all");
    }

    @Test
    void unknownNamesAreToldWithThoseThatThereAre() {
        assertThatThrownBy(() -> Chosen.parse("prodce"))
                .hasMessageContaining("prodce")
                .hasMessageContaining("produce");
        assertThatThrownBy(() -> Chosen.parse("produce:sise=1"))
                .hasMessageContaining("sise")
                .hasMessageContaining("size");
    }

    @Test
    void optionsTellWhatIsWrong() {
        assertThatThrownBy(() -> Options.parse(List.of())).hasMessageContaining("--list");
        assertThatThrownBy(() -> Options.parse(List.of("start", "--pairs", "0")))
                .hasMessageContaining("'0'")
                .hasMessageContaining("1 to 1000");
        assertThatThrownBy(() -> Options.parse(List.of("start", "--json"))).hasMessageContaining("needs a value");
        assertThatThrownBy(() -> Options.parse(List.of("start", "--jsn"))).hasMessageContaining("--json FILE");
    }
}
