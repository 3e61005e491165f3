package io.kontiki.benchmark.versus;

import io.kontiki.benchmark.versus.cluster.Installations;
import io.kontiki.benchmark.versus.scenario.Contender;
import io.kontiki.benchmark.versus.scenario.Figure;
import io.kontiki.benchmark.versus.scenario.Scenario;
import io.kontiki.benchmark.versus.scenario.Scenarios;
import io.kontiki.benchmark.versus.scenario.Trial;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import java.util.stream.Collectors;

/** Measures Kontiki and Kafka by turns, A B A B, each turn with new brokers in an empty directory. */
public final class Versus {
    private final Installations installations;
    private final Path directory;
    private final Options options;

    private Versus(Installations installations, Path directory, Options options) {
        this.installations = installations;
        this.directory = directory;
        this.options = options;
    }

    /**
     * @param distribution Kontiki's, unpacked
     * @param kafka directory of Kafka's jars
     * @param directory where a directory for the turns is made and removed
     * @return the exit code: 0 if all was measured, 1 if not, 2 if the words mean nothing
     */
    public static int run(Path distribution, Path kafka, Path directory, List<String> words) throws IOException {
        Options options;
        Installations installations = new Installations(distribution, kafka);
        try {
            options = Options.parse(words);
            if (!options.list()) {
                installations.requireKafka();
            }
        } catch (IllegalArgumentException | IllegalStateException e) {
            System.err.println("benchmark/run versus: " + e.getMessage());
            return 2;
        }
        if (options.list()) {
            list();
            return 0;
        }
        return new Versus(installations, directory, options).run();
    }

    private static void list() {
        for (Scenario scenario : Scenarios.all()) {
            System.out.printf("%-10s%s%n", scenario.name(), scenario.meaning());
            System.out.printf("%-10s%s%n", "", scenario.defaults());
        }
    }

    private int run() throws IOException {
        List<Comparison> done = new ArrayList<>();
        int failed = 0;
        try (WorkDirectory work = new WorkDirectory(options.directory().orElse(directory))) {
            for (Chosen chosen : options.chosen()) {
                try {
                    Comparison comparison = compare(chosen, work);
                    done.add(comparison);
                    System.out.println(new ComparisonTable(comparison).text());
                } catch (IOException | RuntimeException e) {
                    if (work.ending()) {
                        return 1;
                    }
                    // The others may have something to tell all the same.
                    failed++;
                    System.err.println(chosen.scenario().name() + " FAILED: " + e.getMessage());
                }
                if (options.json().isPresent()) {
                    ComparisonJson.write(done, options.json().get());
                }
            }
        }
        return failed == 0 ? 0 : 1;
    }

    private Comparison compare(Chosen chosen, WorkDirectory work) throws IOException {
        Comparison comparison = new Comparison(chosen);
        for (int pair = 1; pair <= options.pairs(); pair++) {
            for (Contender contender : chosen.scenario().contenders()) {
                if (!options.takesTurns(contender)) {
                    continue;
                }
                String turn = chosen.scenario().name() + " " + pair + "/" + options.pairs() + " " + contender.label();
                List<Figure> figures = measure(chosen, contender, work, text -> tell(turn + ": " + text));
                tell(turn + ": " + summary(figures));
                comparison.add(contender.label(), figures);
            }
        }
        return comparison;
    }

    private List<Figure> measure(Chosen chosen, Contender contender, WorkDirectory work, Consumer<String> progress)
            throws IOException {
        Path turn = work.next(contender.label());
        try (Trial trial = new Trial(installations, chosen.parameters(), turn, progress)) {
            return contender.run().measure(trial);
        } finally {
            if (!options.keep()) {
                work.delete(turn);
            }
        }
    }

    private static String summary(List<Figure> figures) {
        return figures.stream()
                .map(figure -> figure.name() + " " + ShortNumber.of(figure.value()))
                .collect(Collectors.joining("; "));
    }

    /** Progress is no result. */
    private static void tell(String text) {
        System.err.println(text);
    }
}
