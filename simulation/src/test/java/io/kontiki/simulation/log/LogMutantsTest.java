package io.kontiki.simulation.log;

import static org.assertj.core.api.Assertions.assertThat;

import io.kontiki.simulation.mutation.Mutant;
import io.kontiki.simulation.mutation.MutatedClasses;
import java.io.IOException;
import java.lang.reflect.InvocationTargetException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;
import org.junit.jupiter.api.io.TempDir;

/** Would the crash test notice? Bugs are made in recovery on purpose, and it must. {@code simulation/run mutants}. */
class LogMutantsTest {
    private static final int SEEDS = 200;

    @TempDir
    Path directory;

    @Test
    void crashTestNoticesABug() throws Exception {
        assertThat(caught(Mutant.all("log").get(0))).isPresent();
    }

    @Test
    void eachBugCanBeMade() throws IOException {
        List<Mutant> all = Mutant.all("log");
        assertThat(all).hasSizeGreaterThanOrEqualTo(10);
        for (Mutant each : all) {
            assertThat(each.sources()).isNotEmpty();
        }
    }

    @Test
    @EnabledIfSystemProperty(named = "sim.mutants", matches = ".+")
    void crashTestNoticesEachBug() throws Exception {
        List<String> wanted = List.of(System.getProperty("sim.mutants").split(" "));
        List<String> missed = new ArrayList<>();
        for (Mutant each : Mutant.all("log")) {
            if (wanted.contains("all") || wanted.contains(each.name())) {
                String answer = caught(each).orElse("NOTHING");
                System.out.printf(Locale.ROOT, "%-32s %s%n", each.name(), answer);
                if (answer.equals("NOTHING")) {
                    missed.add(each.name());
                }
            }
        }
        assertThat(missed).isEmpty();
    }

    /** Which seed notices, and after how many crash points. */
    private Optional<String> caught(Mutant mutant) throws Exception {
        Path classes = Files.createTempDirectory(directory, "classes");
        try (MutatedClasses mutated = MutatedClasses.compile(mutant, classes)) {
            Class<?> run = mutated.loadClass(CrashRun.class.getName());
            long points = 0;
            for (long seed = 1; seed <= SEEDS; seed++) {
                Object each = run.getConstructor(long.class).newInstance(seed);
                try {
                    run.getMethod("run").invoke(each);
                } catch (InvocationTargetException noticed) {
                    points += (long) run.getMethod("points").invoke(each);
                    return Optional.of("seed " + seed + " after " + points + " crash points");
                }
                points += (long) run.getMethod("points").invoke(each);
            }
            return Optional.empty();
        }
    }
}
