package io.kontiki.chaos;

import io.kontiki.chaos.fault.Schedule;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;

/** The scenarios of the fault catalogue that are schedules, as resources beside this class. */
final class Scenarios {
    private Scenarios() {}

    /** @throws IllegalArgumentException if there is none of that name */
    static Schedule load(String name) throws IOException {
        // Through the loader of this class alone: the name is a file's.
        if (!name.matches("S\\d\\d[a-z]?")) {
            throw new IllegalArgumentException("'" + name + "' is no scenario; they are named S18, S19 …");
        }
        try (InputStream text = Scenarios.class.getResourceAsStream("scenarios/" + name + ".txt")) {
            if (text == null) {
                throw new IllegalArgumentException("scenario " + name + " is none of the chaos harness");
            }
            return Schedule.parse(new String(text.readAllBytes(), StandardCharsets.UTF_8)
                    .lines()
                    .toList());
        }
    }
}
