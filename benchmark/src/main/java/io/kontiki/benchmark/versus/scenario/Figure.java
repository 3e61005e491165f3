package io.kontiki.benchmark.versus.scenario;

/**
 * One figure of one run.
 *
 * @param name with its unit, as in the table
 * @param moreIsBetter which way is good
 */
public record Figure(String name, boolean moreIsBetter, double value) {
    static Figure more(String name, double value) {
        return new Figure(name, true, value);
    }

    static Figure less(String name, double value) {
        return new Figure(name, false, value);
    }
}
