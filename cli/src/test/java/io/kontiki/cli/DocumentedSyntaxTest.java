package io.kontiki.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import picocli.CommandLine.MissingParameterException;
import picocli.CommandLine.ParameterException;

/**
 * Each command that README and docs/ name is one that there is, with options that it has. Those of docs/cli.md are run, too;
 * most others need a cluster with something wrong.
 */
class DocumentedSyntaxTest {
    private static final Path ROOT = Path.of("..");
    private static final Pattern BLOCK = Pattern.compile("(?m)^ *(?:\\$ )?(?:bin/)?(kontiki [a-z].*)$");
    private static final Pattern INLINE = Pattern.compile("`(kontiki [a-z][^`]*)`");
    /** What follows a command in the same line to say what it does, and the ends of several commands in one. */
    private static final Pattern REMARK = Pattern.compile(" {2,}.*| +[|&;#] ?.*| \\\\$");

    private static final Pattern CHOICE = Pattern.compile("\\[[^\\]]*\\]");
    private static final Pattern PLACEHOLDER = Pattern.compile("[A-Z]{1,}(?:\\.[a-z]+)?");
    private static final Map<String, String> SAMPLES = Map.of("TIME", "1s", "PLACE", "latest");

    private record Command(Path page, String line, boolean whole) {
        @Override
        public String toString() {
            return page.getFileName() + ": " + line;
        }
    }

    static Stream<Command> commands() throws IOException {
        var commands = new ArrayList<Command>();
        try (var pages = Files.walk(ROOT.resolve("docs"))) {
            for (var page : Stream.concat(Stream.of(ROOT.resolve("README.md")), pages.sorted())
                    .filter(file -> file.toString().endsWith(".md"))
                    .toList()) {
                var text = Files.readString(page);
                found(BLOCK, text).forEach(line -> commands.add(new Command(page, line, true)));
                found(INLINE, text.replace("\n", " ")).forEach(line -> commands.add(new Command(page, line, false)));
            }
        }
        assertThat(commands).hasSizeGreaterThan(100);
        return commands.stream();
    }

    private static Stream<String> found(Pattern pattern, String text) {
        return pattern.matcher(text).results().map((MatchResult found) -> found.group(1));
    }

    @ParameterizedTest
    @MethodSource("commands")
    void commandIsThereWithItsOptions(Command command) {
        var line =
                CHOICE.matcher(REMARK.matcher(command.line()).replaceFirst("")).replaceAll("");
        var misuse = misuse(CommandExample.of("    " + line.strip()).get(0).arguments());
        // A sentence names commands without all that they need.
        assertThat(misuse.filter(it -> command.whole() || !(it instanceof MissingParameterException)))
                .as(line)
                .isEmpty();
    }

    private static Optional<ParameterException> misuse(List<String> words) {
        var arguments = words.stream()
                .map(word -> PLACEHOLDER.matcher(word).matches() ? SAMPLES.getOrDefault(word, "1") : word)
                .toArray(String[]::new);
        return new CommandRun().misuse(arguments);
    }
}
