package io.kontiki.benchmark.versus.scenario;

import java.util.List;

/** All scenarios, in the order in which they are listed. */
public final class Scenarios {
    private static final List<Scenario> ALL = List.of(
            Throughput.produce(),
            Throughput.consume(),
            new Cold(),
            Throughput.together(),
            new Producers(),
            new Latency(),
            new Start(),
            new Crash(),
            new Failover(),
            new Rebalance(),
            new Commits(),
            new Idle(),
            new Create(),
            Throughput.flush(),
            new Ceilings(),
            new Thin());

    private Scenarios() {}

    public static List<Scenario> all() {
        return ALL;
    }

    /** @throws IllegalArgumentException if there is none of this name */
    public static Scenario named(String name) {
        return ALL.stream()
                .filter(scenario -> scenario.name().equals(name))
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException("unknown scenario '" + name + "'; there are "
                        + ALL.stream().map(Scenario::name).toList()));
    }
}
