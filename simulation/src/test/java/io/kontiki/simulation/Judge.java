package io.kontiki.simulation;

import io.kontiki.simulation.mutation.Mutant;
import io.kontiki.simulation.mutation.TestClasses;
import java.lang.reflect.Method;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;

/**
 * A test class that may notice a bug, or some of its tests.
 *
 * @param prefix what the names of these tests begin with; empty for all
 */
record Judge(String className, String prefix) {
    private static final String SCENARIOS = "ScenarioSimTest";
    /** They look at how classes depend on each other, which is the same. */
    private static final String DEPENDENCIES = ".*(Architecture|Imports|Rules)Test";

    /** Who is asked, one after the other: those that are named, all scenarios, the tests of its packages, the swarm. */
    static List<Judge> of(Mutant mutant) {
        return Stream.of(
                        mutant.judges().stream().flatMap(Judge::named),
                        classes(SCENARIOS),
                        classes("Test").filter(judge -> judge.isBeside(mutant)),
                        Stream.of(new Judge(MutantSwarm.class.getName(), "")))
                .flatMap(each -> each)
                .distinct()
                .toList();
    }

    static Stream<Judge> named(String name) {
        List<Judge> found = name.matches("s\\d\\d")
                ? classes(SCENARIOS)
                        .map(judge -> new Judge(judge.className, name))
                        .toList()
                : classes("/" + name).toList();
        if (found.isEmpty()) {
            throw new IllegalStateException("there is no test " + name + ", or it is not built");
        }
        return found.stream();
    }

    private static Stream<Judge> classes(String end) {
        return TestClasses.endingWith(end).stream().map(name -> new Judge(name, ""));
    }

    private boolean isBeside(Mutant mutant) {
        return mutant.packages().contains(className.substring(0, className.lastIndexOf('.')))
                && !className.matches(DEPENDENCIES);
    }

    /** Those of its tests that are asked alone; none if all are asked. */
    List<Method> methods(Class<?> test) {
        return Arrays.stream(test.getDeclaredMethods())
                .filter(method -> method.getName().startsWith(prefix) && !method.isSynthetic())
                .toList();
    }
}
