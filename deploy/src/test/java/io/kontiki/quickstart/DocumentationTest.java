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
    private static final Pattern FOREIGN_COMMAND = Pattern.compile(
            "(?m)^ {4,}(?:\\$ )?(?:cd \\S+ && )?(?:kubectl|docker|grpcurl|prometheus|npm|systemctl) .*$");
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
        for (Path page : pages(List.of("docs", "examples"))) {
            for (String target : links(page)) {
                assertThat(page.resolveSibling(target)).as("link in " + page).exists();
            }
        }
    }

    /** The paths, relative to the page, of all its links to files. */
    static List<String> links(Path page) throws IOException {
        return LINK.matcher(Files.readString(page))
                .results()
                .map(link -> link.group(1))
                .toList();
    }

    /** Those at the root, and all in these folders. */
    private static List<Path> pages(List<String> folders) throws IOException {
        List<Path> pages = new ArrayList<>(
                List.of(ROOT.resolve("README.md"), ROOT.resolve("CONTRIBUTING.md"), ROOT.resolve("CHANGELOG.md")));
        for (String folder : folders) {
            try (Stream<Path> files = Files.walk(ROOT.resolve(folder))) {
                files.filter(file -> file.toString().endsWith(".md")
                                && !file.toString().contains("node_modules"))
                        .forEach(pages::add);
            }
        }
        return pages;
    }

    /** A command that no test runs says what it needs, where a shell takes it for a remark. */
    @Test
    void commandsOfOtherProgramsSayWhatTheyNeed() throws IOException {
        List<String> found = new ArrayList<>();
        for (Path page : pages(List.of("docs"))) {
            String whole = Files.readString(page).replace("\\\n", "");
            FOREIGN_COMMAND.matcher(whole).results().map(MatchResult::group).forEach(found::add);
        }

        assertThat(found)
                .hasSizeGreaterThan(10)
                .allSatisfy(command -> assertThat(command).matches(".* {10}# needs \\w.*"));
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
