package io.kontiki.simulation;

import static org.assertj.core.api.Assertions.assertThat;

import io.kontiki.simulation.mutation.Mutant;
import io.kontiki.simulation.mutation.MutatedClasses;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;
import org.junit.jupiter.api.io.TempDir;

/**
 * Would the simulator notice? Rules of the protocol are taken out or turned round on purpose, and the scenarios or the
 * swarm must fail. {@code simulation/run rule-mutants}.
 */
class RuleMutantsTest {
    private static final int SEEDS = Integer.getInteger("sim.mutant.seeds", 40);
    private static final int SURVIVORS_PERCENT_MAX = 10;
    private static final String LIST = "rules";

    @TempDir
    Path directory;

    @Test
    void eachRuleCanBeBroken() throws Exception {
        for (Mutant each : Mutant.all(LIST)) {
            assertThat(each.sources()).as(each.name()).isNotEmpty();
        }
    }

    @Test
    void simulatorNoticesABrokenRule() throws Exception {
        assertThat(noticed(Mutant.all(LIST).get(0))).isPresent();
    }

    @Test
    void simulatorNoticesNothingWhereNothingIsBroken() throws Exception {
        Mutant none = new Mutant(Mutant.all(LIST).get(0).name(), "nothing", List.of());
        try (MutatedClasses sound = MutatedClasses.compile(none, Files.createTempDirectory(directory, "classes"))) {
            MutantTrial trial = new MutantTrial(sound, 1);
            assertThat(trial.firstFailure(none.name().split(" ")[0])).isEmpty();
        }
    }

    @Test
    @EnabledIfSystemProperty(named = "sim.mutants", matches = ".+")
    void simulatorNoticesEachBrokenRule() throws Exception {
        List<String> wanted = List.of(System.getProperty("sim.mutants").split(" "));
        Map<String, String> answers = new TreeMap<>();
        List<String> survivors = new ArrayList<>();
        for (Mutant each : Mutant.all(LIST)) {
            if (wanted.contains("all") || wanted.stream().anyMatch(each.name()::contains)) {
                String answer = noticed(each).orElse("SURVIVES");
                System.out.printf(Locale.ROOT, "%-48s %s%n", each.name(), answer);
                answers.put(each.name(), answer);
                if (answer.equals("SURVIVES")) {
                    survivors.add(each.name());
                }
            }
        }
        System.out.printf(Locale.ROOT, "%d of %d noticed%n", answers.size() - survivors.size(), answers.size());
        assertThat(survivors).hasSizeLessThanOrEqualTo(answers.size() * SURVIVORS_PERCENT_MAX / 100);
    }

    private Optional<String> noticed(Mutant mutant) throws Exception {
        Path classes = Files.createTempDirectory(directory, "classes");
        try (MutatedClasses mutated = MutatedClasses.compile(mutant, classes)) {
            return new MutantTrial(mutated, SEEDS).firstFailure(mutant.name().split(" ")[0]);
        }
    }
}
