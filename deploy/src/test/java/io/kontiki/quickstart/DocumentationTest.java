package io.kontiki.quickstart;

import static org.assertj.core.api.Assertions.assertThat;

import io.kontiki.broker.BrokerConfig;
import io.kontiki.broker.ConfigException;
import io.kontiki.client.ErrorReason;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class DocumentationTest {
    private static final Path ROOT = Path.of("..");
    private static final Pattern LINK = Pattern.compile("\\]\\(([^)#:]+)(#[^)]*)?\\)");
    private static final Pattern FIRST_CELL = Pattern.compile("(?m)^\\| `([^`]+)`");

    @Test
    void everyErrorReasonHasARowThatSaysWhetherToRetry() throws IOException {
        String page = Files.readString(ROOT.resolve("docs/errors.md"));

        assertThat(firstCells(page))
                .containsExactlyInAnyOrderElementsOf(
                        Arrays.stream(ErrorReason.values()).map(Enum::name).toList());
        for (ErrorReason reason : ErrorReason.values()) {
            assertThat(page)
                    .containsPattern("\\| `" + reason + "` \\|( [A-Z_]+ \\|)? " + yesNo(reason.retriable()) + " \\| "
                            + yesNo(reason.definite()) + " \\|");
        }
    }

    @Test
    void everyKeyOfTheBrokerInTheTableIsKnown() throws IOException {
        String page = Files.readString(ROOT.resolve("docs/configuration.md"));
        String table = page.substring(page.indexOf("## Keys of a broker"), page.indexOf("## Keys of a topic"));

        List<String> keys = firstCells(table);

        assertThat(keys).contains("broker.id", "log.dirs");
        for (String key : keys) {
            assertThat(problems(key)).as(key).doesNotContain("unknown");
        }
    }

    @Test
    void linksLeadToFiles() throws IOException {
        List<Path> pages = new ArrayList<>(
                List.of(ROOT.resolve("README.md"), ROOT.resolve("CONTRIBUTING.md"), ROOT.resolve("CHANGELOG.md")));
        for (String folder : List.of("docs", "examples")) {
            try (Stream<Path> files = Files.walk(ROOT.resolve(folder))) {
                files.filter(file -> file.toString().endsWith(".md")
                                && !file.toString().contains("node_modules"))
                        .forEach(pages::add);
            }
        }
        for (Path page : pages) {
            List<String> targets = LINK.matcher(Files.readString(page))
                    .results()
                    .map(link -> link.group(1))
                    .toList();
            for (String target : targets) {
                assertThat(page.resolveSibling(target)).as("link in " + page).exists();
            }
        }
    }

    /** What the broker says of a value that no key allows. */
    private static String problems(String key) {
        try {
            BrokerConfig.of(Map.of(key, "\u0001,\u0001"));
            throw new AssertionError(key + " takes anything");
        } catch (ConfigException e) {
            return e.getMessage();
        }
    }

    private static List<String> firstCells(String page) {
        return FIRST_CELL
                .matcher(page)
                .results()
                .map((MatchResult row) -> row.group(1))
                .toList();
    }

    private static String yesNo(boolean value) {
        return value ? "yes" : "no";
    }
}
