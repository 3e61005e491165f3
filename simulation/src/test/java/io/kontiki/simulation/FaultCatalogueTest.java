package io.kontiki.simulation;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** Holds the table of scenarios in {@code docs/testing-replication.md} in step with the tests. */
class FaultCatalogueTest {
    private static final Path TABLE = Path.of("../docs/testing-replication.md");
    private static final Path TESTS = Path.of("src/test/java/io/kontiki/simulation");
    private static final Pattern ROW = Pattern.compile("(?m)^\\| (S\\d\\d) .*$");
    private static final Pattern TEST = Pattern.compile("`(\\w+(?:Test|IT))\\.(\\w+)`");
    private static final Pattern METHOD = Pattern.compile("void (s\\d\\d\\w+)\\(");
    private static final int SCENARIOS = 60;
    /** Transactions. */
    private static final Set<Integer> OUT_OF_SCOPE = Set.of(42, 43, 44, 45, 46, 47);

    @Test
    void eachScenarioInScopeHasARow() throws IOException {
        List<String> expected = new ArrayList<>();
        for (int number = 1; number <= SCENARIOS; number++) {
            if (!OUT_OF_SCOPE.contains(number)) {
                expected.add("S%02d".formatted(number));
            }
        }
        assertThat(rows().map(row -> row.group(1))).containsExactlyElementsOf(expected);
    }

    @Test
    void tableNamesTheTestsThatThereAre() throws IOException {
        Set<String> named = new TreeSet<>();
        for (Matcher row : rows().toList()) {
            Matcher test = TEST.matcher(row.group());
            while (test.find()) {
                named.add(test.group(1) + "." + test.group(2));
                assertThat(Files.readString(source(test.group(1)))).contains("void " + test.group(2) + "(");
            }
        }
        assertThat(named).containsAll(scenarioTests());
    }

    private static Stream<Matcher> rows() throws IOException {
        String text = Files.readString(TABLE);
        return ROW.matcher(text).results().map(row -> {
            Matcher whole = ROW.matcher(row.group());
            assertThat(whole.matches()).isTrue();
            return whole;
        });
    }

    /** In whichever module it is: what needs Ratis or processes is not tested here. */
    private static Path source(String testClass) throws IOException {
        try (Stream<Path> modules = Files.list(Path.of(".."))) {
            for (Path tests : modules.map(module -> module.resolve("src/test/java"))
                    .filter(Files::isDirectory)
                    .toList()) {
                try (Stream<Path> files = Files.walk(tests)) {
                    Optional<Path> found = files.filter(file -> file.endsWith(testClass + ".java"))
                            .findFirst();
                    if (found.isPresent()) {
                        return found.get();
                    }
                }
            }
        }
        throw new AssertionError("no test class " + testClass);
    }

    private static Set<String> scenarioTests() throws IOException {
        Set<String> tests = new TreeSet<>();
        try (Stream<Path> files = Files.list(TESTS)) {
            for (Path file : files.filter(each -> each.toString().endsWith("ScenarioSimTest.java"))
                    .toList()) {
                String name = file.getFileName().toString().replace(".java", "");
                METHOD.matcher(Files.readString(file))
                        .results()
                        .forEach(method -> tests.add(name + "." + method.group(1)));
            }
        }
        return tests;
    }
}
