package io.kontiki.benchmark;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Locale;

/** Figures of several runs of the same thing. Belongs to one thread. */
public final class Figures {
    private final List<Double> values = new ArrayList<>();

    public void add(double value) {
        values.add(value);
    }

    public int count() {
        return values.size();
    }

    /** In the order in which they were added. */
    public List<Double> all() {
        return List.copyOf(values);
    }

    /** The middle one; of an even number the mean of the two in the middle. */
    public double median() {
        List<Double> sorted = sorted();
        int middle = sorted.size() / 2;
        return sorted.size() % 2 == 1 ? sorted.get(middle) : (sorted.get(middle - 1) + sorted.get(middle)) / 2;
    }

    /** The smallest value that at least so many of a hundred do not exceed. */
    public double percentile(int percent) {
        int rank = (values.size() * percent + 99) / 100;
        return sorted().get(Math.max(rank, 1) - 1);
    }

    public double min() {
        return Collections.min(values);
    }

    public double max() {
        return Collections.max(values);
    }

    private List<Double> sorted() {
        return values.stream().sorted().toList();
    }

    /** {@code median M (min..max) unit, n runs}. */
    public String summary(String unit) {
        return String.format(
                Locale.ROOT, "median %.1f (%.1f..%.1f) %s, %d runs", median(), min(), max(), unit, values.size());
    }
}
