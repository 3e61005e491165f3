package io.kontiki.simulation;

import static org.assertj.core.api.Assertions.assertThat;

import io.kontiki.simulation.mutation.Mutant;
import io.kontiki.simulation.mutation.MutatedClasses;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;
import org.junit.jupiter.api.io.TempDir;

/**
 * Would anything notice? Rules of the protocol are taken out or turned round on purpose, and the scenarios, a test of the
 * module or the swarm must fail. {@code simulation/run rule-mutants}.
 */
class RuleMutantsTest {
    private static final int SURVIVORS_PERCENT_MAX = 10;
    private static final String LIST = "rules";
    private static final Path TABLE = Path.of("target", "rule-mutants.md");

    @TempDir
    Path directory;

    private final Map<Judge, Boolean> reliable = new HashMap<>();
    /** The product as it is, loaded anew; null until it is needed. */
    private MutatedClasses sound;

    @Test
    void eachRuleCanBeBroken() throws IOException {
        for (Mutant each : Mutant.all(LIST)) {
            if (each.canBeMade()) {
                assertThat(each.sources()).as(each.title()).isNotEmpty();
            }
        }
    }

    @Test
    void noRuleIsLeftOut() throws IOException {
        Set<String> rules = Mutant.all(LIST).stream().map(Mutant::rule).collect(Collectors.toSet());
        assertThat(rules).containsAll(rules());
    }

    /** Those of the quorum, its commands, leaders, followers, fail-over, restarts, producers and groups. */
    private static List<String> rules() {
        return Stream.of(
                        numbered("Q", 1, 11),
                        Stream.of("SETISR", "ELECT"),
                        numbered("M", 0, 12),
                        numbered("L", 1, 18),
                        numbered("F", 1, 14),
                        numbered("E", 1, 6),
                        numbered("R", 1, 15),
                        numbered("D", 1, 10),
                        Stream.of("C1"),
                        numbered("G", 1, 6))
                .flatMap(each -> each)
                .toList();
    }

    private static Stream<String> numbered(String letter, int first, int last) {
        return IntStream.rangeClosed(first, last).mapToObj(number -> letter + number);
    }

    @Test
    void aBrokenRuleIsNoticed() throws Exception {
        assertThat(noticed(Mutant.all(LIST).get(0))).isPresent();
    }

    @Test
    void nothingIsNoticedWhereNothingIsBroken() throws Exception {
        for (String each : List.of("s01", "s40", "IsrChangeTest")) {
            assertThat(Judge.named(each)).allMatch(this::isReliable);
        }
    }

    @Test
    @EnabledIfSystemProperty(named = "sim.mutants", matches = ".+")
    void eachBrokenRuleIsNoticed() throws Exception {
        List<Mutant> mutants = wanted(List.of(System.getProperty("sim.mutants").split(" ")));
        List<String> rows = new ArrayList<>();
        List<String> unexplained = new ArrayList<>();
        int survivors = 0;
        int made = 0;
        int timedOut = 0;
        for (Mutant each : mutants) {
            Optional<MutantTrial.Failure> noticed = each.canBeMade() ? noticed(each) : Optional.empty();
            System.out.printf(
                    Locale.ROOT,
                    "%-48s %s%n",
                    each.title(),
                    noticed.map(MutantTrial.Failure::toString).orElse(each.verdict()));
            timedOut += noticed.filter(MutantTrial.Failure::timedOut).isPresent() ? 1 : 0;
            rows.add(row(each, noticed));
            made += each.canBeMade() ? 1 : 0;
            if (each.canBeMade() && noticed.isEmpty()) {
                survivors++;
                if (each.survivesBecause().isEmpty()) {
                    unexplained.add(each.title());
                }
            }
        }
        System.out.printf(
                Locale.ROOT,
                "%d of %d noticed, and %d made a test take too long%n",
                made - survivors - timedOut,
                made,
                timedOut);
        write(rows);
        assertThat(unexplained).isEmpty();
        assertThat((survivors + timedOut) * 100).isLessThanOrEqualTo(made * SURVIVORS_PERCENT_MAX);
    }

    private static List<Mutant> wanted(List<String> names) throws IOException {
        return Mutant.all(LIST).stream()
                .filter(each -> names.contains("all") || names.stream().anyMatch(each::isCalled))
                .toList();
    }

    private static String row(Mutant mutant, Optional<MutantTrial.Failure> noticed) {
        String test = noticed.map(
                        failure -> "`" + failure.test() + "`" + (failure.timedOut() ? ", which took too long" : ""))
                .orElse(mutant.verdict());
        String bug = mutant.canBeMade() ? "`" + mutant.name() + "`: " + mutant.breaks() : "–";
        return "| " + mutant.rule() + " | " + bug + " | " + test + " |";
    }

    /** For the documentation: in the order of the rules. */
    private static void write(List<String> rows) throws IOException {
        List<String> rules = rules();
        List<String> lines = new ArrayList<>(List.of("| Rule | Change | Noticed by |", "|---|---|---|"));
        rows.stream()
                .sorted((some, other) ->
                        Integer.compare(rules.indexOf(some.split(" ")[1]), rules.indexOf(other.split(" ")[1])))
                .forEach(lines::add);
        Files.write(TABLE, lines);
    }

    private Optional<MutantTrial.Failure> noticed(Mutant mutant) throws Exception {
        try (MutatedClasses mutated = compiled(mutant)) {
            MutantTrial trial = new MutantTrial(mutated);
            for (Judge each : Judge.of(mutant)) {
                Optional<MutantTrial.Failure> failure = trial.failure(each);
                if (failure.isPresent() && isReliable(each)) {
                    return failure;
                }
            }
            return Optional.empty();
        }
    }

    /** A test that fails by itself would notice everything. */
    private boolean isReliable(Judge judge) {
        return reliable.computeIfAbsent(
                judge, each -> new MutantTrial(sound()).failure(each).isEmpty());
    }

    private ClassLoader sound() {
        if (sound == null) {
            sound = compiled(new Mutant(List.of(), "none", "none", "nothing", "", List.of()));
        }
        return sound;
    }

    private MutatedClasses compiled(Mutant mutant) {
        try {
            return MutatedClasses.compile(mutant, Files.createTempDirectory(directory, "classes"));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @AfterEach
    void close() throws IOException {
        if (sound != null) {
            sound.close();
        }
    }
}
