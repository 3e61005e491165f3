package io.kontiki.benchmark.versus;

import io.kontiki.benchmark.versus.scenario.Contender;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Optional;

/**
 * The words of the command.
 *
 * @param pairs turns of each contender
 * @param only the contender that alone takes turns, if not all shall
 * @param directory where the turns' files go, if not where they do otherwise
 * @param keep whether the files of all turns stay until the command ends
 * @param list whether only to say which scenarios there are
 */
record Options(
        List<Chosen> chosen,
        int pairs,
        Optional<String> only,
        Optional<Path> directory,
        boolean keep,
        Optional<Path> json,
        boolean list) {
    private static final int PAIRS_MAX = 1000;

    /** @throws IllegalArgumentException with the reason, for who typed them */
    static Options parse(List<String> words) {
        List<Chosen> chosen = new ArrayList<>();
        int pairs = 5;
        Optional<String> only = Optional.empty();
        Optional<Path> directory = Optional.empty();
        boolean keep = false;
        Optional<Path> json = Optional.empty();
        boolean list = false;
        for (Iterator<String> rest = words.iterator(); rest.hasNext(); ) {
            String word = rest.next();
            switch (word) {
                case "--pairs" -> pairs = pairs(valueOf(word, rest));
                case "--only" -> only = Optional.of(valueOf(word, rest));
                case "--directory" -> directory = Optional.of(directory(valueOf(word, rest)));
                case "--keep" -> keep = true;
                case "--json" -> json = Optional.of(Path.of(valueOf(word, rest)));
                case "--list" -> list = true;
                default -> {
                    if (word.startsWith("-")) {
                        throw new IllegalArgumentException(
                                "unknown option " + word
                                        + "; there are --pairs N, --only CONTENDER, --directory DIR, --keep, --json FILE and --list");
                    }
                    chosen.add(Chosen.parse(word));
                }
            }
        }
        if (chosen.isEmpty() && !list) {
            throw new IllegalArgumentException("no scenario; --list tells which there are");
        }
        only.ifPresent(label -> chosen.forEach(each -> requireContender(each, label)));
        return new Options(chosen, pairs, only, directory, keep, json, list);
    }

    private static void requireContender(Chosen chosen, String label) {
        List<String> labels =
                chosen.scenario().contenders().stream().map(Contender::label).toList();
        if (!labels.contains(label)) {
            throw new IllegalArgumentException(
                    "--only is '" + label + "'; " + chosen.scenario().name() + " has " + labels);
        }
    }

    private static Path directory(String text) {
        Path directory = Path.of(text);
        if (Files.isDirectory(directory)) {
            return directory;
        }
        throw new IllegalArgumentException("--directory is '" + text + "', which is no directory");
    }

    boolean takesTurns(Contender contender) {
        return only.isEmpty() || only.get().equals(contender.label());
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
