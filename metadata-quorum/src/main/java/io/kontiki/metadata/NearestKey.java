package io.kontiki.metadata;

import java.util.Arrays;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;

/** Guesses which configuration key was meant. */
public final class NearestKey {
    private static final int DISTANCE_MAX = 4;
    // Longer input is no typing error, and its distance would cost time.
    private static final int LENGTH_MAX = 64;

    private NearestKey() {}

    /** The known key that looks most like {@code key}; empty if none is close. */
    public static Optional<String> nearest(String key, Collection<String> known) {
        if (key.length() > LENGTH_MAX) {
            return Optional.empty();
        }
        return known.stream()
                .min(Comparator.<String>comparingInt(each -> distance(key, each))
                        .thenComparing(each -> each))
                .filter(each -> distance(key, each) <= DISTANCE_MAX);
    }

    static String unknown(String key) {
        return unknown(
                key,
                Arrays.stream(TopicConfigKey.values()).map(TopicConfigKey::key).toList());
    }

    static String unknown(String key, List<String> known) {
        var hint = nearest(key, known)
                .map(nearest -> "did you mean " + nearest + "?")
                .orElseGet(() -> "known are " + String.join(", ", known));
        return "config \"" + Excerpt.of(key) + "\" is unknown; " + hint;
    }

    /** Levenshtein distance: insertions, deletions and replacements of one character each. */
    private static int distance(String a, String b) {
        int[] row = new int[b.length() + 1];
        Arrays.setAll(row, i -> i);
        for (int i = 1; i <= a.length(); i++) {
            int diagonal = row[0];
            row[0] = i;
            for (int j = 1; j <= b.length(); j++) {
                int replaced = diagonal + (a.charAt(i - 1) == b.charAt(j - 1) ? 0 : 1);
                diagonal = row[j];
                row[j] = Math.min(replaced, Math.min(row[j], row[j - 1]) + 1);
            }
        }
        return row[b.length()];
    }
}
