package io.kontiki.benchmark.versus;

import io.kontiki.benchmark.versus.load.Parameters;
import io.kontiki.benchmark.versus.scenario.Scenario;
import io.kontiki.benchmark.versus.scenario.Scenarios;
import java.util.List;

/** A scenario with all its parameters. */
record Chosen(Scenario scenario, Parameters parameters) {
    /**
     * {@code NAME}, or {@code NAME:key=value,...} for other parameters than the defaults.
     *
     * @throws IllegalArgumentException if there is no such scenario or parameter
     */
    static Chosen parse(String text) {
        int colon = text.indexOf(':');
        Scenario scenario = Scenarios.named(colon < 0 ? text : text.substring(0, colon));
        Parameters given = colon < 0
                ? Parameters.of()
                : Parameters.of(List.of(text.substring(colon + 1).split(",")));
        return new Chosen(scenario, scenario.defaults().overriddenBy(given));
    }
}
