package io.kontiki.chaos.fault;

import java.time.Duration;

/**
 * One line of a schedule.
 *
 * @param at when, since the load began
 * @param time for how long
 */
public record Strike(Duration at, Duration time, Fault fault, Target target) {
    private static final String FORM = "at SECONDS for SECONDS FAULT TARGET";

    /** @throws IllegalArgumentException saying what is wrong */
    static Strike parse(String line) {
        String[] words = line.strip().split("\\s+");
        if (words.length != 6 || !words[0].equals("at") || !words[2].equals("for")) {
            throw new IllegalArgumentException("'" + line + "' is not of the form: " + FORM);
        }
        return new Strike(seconds(words[1]), seconds(words[3]), Fault.parse(words[4]), Target.parse(words[5]));
    }

    private static Duration seconds(String text) {
        try {
            double seconds = Double.parseDouble(text);
            if (seconds >= 0 && seconds <= Duration.ofDays(1).toSeconds()) {
                return Duration.ofMillis(Math.round(seconds * 1000));
            }
        } catch (NumberFormatException e) {
            // Told below.
        }
        throw new IllegalArgumentException(text + " is not a number of seconds from 0 to a day");
    }

    Duration end() {
        return at.plus(time);
    }

    @Override
    public String toString() {
        return "at " + at.toMillis() / 1000.0 + " for " + time.toMillis() / 1000.0 + " " + fault.label() + " " + target;
    }
}
