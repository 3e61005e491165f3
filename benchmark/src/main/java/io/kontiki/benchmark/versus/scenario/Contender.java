package io.kontiki.benchmark.versus.scenario;

import java.io.IOException;
import java.util.List;

/**
 * One of those that are compared in a scenario.
 *
 * @param label as in the table
 */
public record Contender(String label, Run run) {
    /** One turn of it, from nothing. */
    @FunctionalInterface
    public interface Run {
        /** @throws IOException if it could not be measured; whatever it opened in the trial is closed by others */
        List<Figure> measure(Trial trial) throws IOException;
    }
}
