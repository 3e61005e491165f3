package io.kontiki.benchmark.versus;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Optional;

/**
 * The words of the command.
 *
 * @param pairs turns of each contender
 * @param list whether only to say which scenarios there are
 */
record Options(List<Chosen> chosen, int pairs, Optional<Path> json, boolean list) {
    private static final int PAIRS_MAX = 1000;

    /** @throws IllegalArgumentException with the reason, for who typed them */
    static Options parse(List<String> words) {
        List<Chosen> chosen = new ArrayList<>();
        int pairs = 5;
        Optional<Path> json = Optional.empty();
        boolean list = false;
        for (Iterator<String> rest = words.iterator(); rest.hasNext(); ) {
            String word = rest.next();
            switch (word) {
                case "--pairs" -> pairs = pairs(valueOf(word, rest));
                case "--json" -> json = Optional.of(Path.of(valueOf(word, rest)));
                case "--list" -> list = true;
                default -> {
                    if (word.startsWith("-")) {
                        throw new IllegalArgumentException(
                                "unknown option " + word + "; there are --pairs N, --json FILE and --list");
                    }
                    chosen.add(Chosen.parse(word));
                }
            }
        }
        if (chosen.isEmpty() && !list) {
            throw new IllegalArgumentException("no scenario; --list tells which there are");
        }
        return new Options(chosen, pairs, json, list);
    }

    private static String valueOf(String option, Iterator<String> rest) {
        if (!rest.hasNext()) {
            throw new IllegalArgumentException(option + " needs a value");
        }
        return rest.next();
    }

    private static int pairs(String text) {
        try {
            int pairs = Integer.parseInt(text);
            if (pairs >= 1 && pairs <= PAIRS_MAX) {
                return pairs;
            }
        } catch (NumberFormatException notOne) {
            // Told below, with the limits.
        }
        throw new IllegalArgumentException("--pairs is '" + text + "', must be a number from 1 to " + PAIRS_MAX);
    }
}
