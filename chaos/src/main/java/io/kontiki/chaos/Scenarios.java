package io.kontiki.chaos;

import io.kontiki.chaos.fault.Schedule;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;

/** The scenarios of the fault catalogue that are schedules, as resources beside this class. */
final class Scenarios {
    /** Sorted. */
    static final List<String> NAMES = List.of(
            "S02", "S10", "S13", "S14", "S15", "S16", "S16b", "S18", "S19", "S20", "S21", "S22", "S29", "S30", "S31",
            "S32", "S33", "S34", "S35", "S51", "S54", "S56");

    private Scenarios() {}

    /** @throws IllegalArgumentException if there is none of that name */
    static Schedule load(String name) throws IOException {
        if (!NAMES.contains(name)) {
            throw new IllegalArgumentException(
                    "scenario " + name + " is none of the chaos harness; there are " + String.join(", ", NAMES));
        }
        try (InputStream text = Scenarios.class.getResourceAsStream("scenarios/" + name + ".txt")) {
            return Schedule.parse(new String(text.readAllBytes(), StandardCharsets.UTF_8)
                    .lines()
                    .toList());
        }
    }
}
