package io.kontiki.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.kontiki.client.MetadataNode;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.function.Predicate;
import org.jline.reader.Candidate;
import org.jline.reader.impl.DefaultParser;
import org.jline.terminal.impl.DumbTerminal;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The shell for people, over a small tree. */
class MetaConsoleTest {
    @TempDir
    private Path home;

    private final ByteArrayOutputStream out = new ByteArrayOutputStream();
    private final ByteArrayOutputStream err = new ByteArrayOutputStream();
    private final List<String> reported = new ArrayList<>();

    /** {@code /brokers/ids/{1,12}} and {@code /broken}. */
    private static final MetaSource SOURCE = new MetaSource() {
        private final Map<String, List<String>> children = Map.of(
                "/", List.of("/broken", "/brokers"),
                "/brokers", List.of("/brokers/ids"),
                "/brokers/ids", List.of("/brokers/ids/1", "/brokers/ids/12"));

        @Override
        public MetadataNode node(String path) {
            if (path.equals("/nowhere")) {
                throw new Failure(ExitCode.NOT_FOUND, "there is no /nowhere", "");
            }
            return new MetadataNode(
                    path,
                    Optional.of("{}"),
                    children.getOrDefault(path, List.of()).size(),
                    OptionalLong.empty(),
                    1,
                    2);
        }

        @Override
        public void visit(String path, int depth, boolean values, Predicate<MetadataNode> visitor) {
            node(path);
            children.getOrDefault(path, List.of()).forEach(child -> visitor.test(node(child)));
        }
    };

    @Test
    void terminalsOfWhichNothingIsKnownAreDumb() {
        assertThat(MetaConsole.type("xterm")).isEqualTo("xterm");
        assertThat(MetaConsole.type("no-such-terminal")).isEqualTo("dumb");
        assertThat(MetaConsole.type("")).isEqualTo("dumb");
    }

    @Test
    void lineThatFailsDoesNotEndIt() throws IOException {
        assertThat(run("ls\nls 'x\nget /nowhere\ncd brokers\npwd\nexit\npwd\n")).isEqualTo(ExitCode.DONE);

        assertThat(text(out)).isEqualTo("broken\nbrokers\n/brokers\n");
        assertThat(reported).containsExactly("the quote ' is never closed: ls 'x", "there is no /nowhere");
    }

    @Test
    void endOfInputEndsIt() throws IOException {
        assertThat(run("pwd\n")).isEqualTo(ExitCode.DONE);
        assertThat(text(out)).isEqualTo("/\n");
        assertThat(text(err)).contains("Ctrl-D");
    }

    @Test
    void historyIsKeptInTheStateDirectory() throws IOException {
        run("ls /brokers\nexit\n");

        assertThat(Files.readString(home.resolve("state/kontiki/meta_history"))).contains("ls /brokers");
    }

    @Test
    void tabCompletesCommandsAndPaths() {
        assertThat(complete("f")).contains("find", "get", "help", "quit");
        assertThat(complete("ls /b")).containsExactly("/broken", "/brokers/");
        assertThat(complete("ls brokers/i")).containsExactly("brokers/ids/");
        assertThat(complete("get /brokers/ids/")).containsExactly("/brokers/ids/1", "/brokers/ids/12");
        assertThat(complete("get -")).isEmpty();
        assertThat(complete("get /nowhere/x")).isEmpty();
    }

    private List<String> complete(String line) {
        var session = session();
        var candidates = new ArrayList<Candidate>();
        var parsed = new DefaultParser().parse(line, line.length(), org.jline.reader.Parser.ParseContext.COMPLETE);
        new MetaCompletion(session, new MetaShell(session, thrown -> 1).names()).complete(null, parsed, candidates);
        return candidates.stream().map(Candidate::value).toList();
    }

    private int run(String typed) throws IOException {
        var session = session();
        var shell = new MetaShell(session, thrown -> {
            reported.add(thrown.getMessage());
            return ExitCode.FAILED;
        });
        var in = new ByteArrayInputStream(typed.getBytes(StandardCharsets.UTF_8));
        try (var screen = new DumbTerminal(in, new ByteArrayOutputStream())) {
            return new MetaConsole(session, shell).run(screen);
        }
    }

    private MetaSession session() {
        var errors = new PrintStream(err, true, StandardCharsets.UTF_8);
        var environment = Map.of("XDG_STATE_HOME", home.resolve("state").toString());
        var terminal = new Terminal(new ByteArrayInputStream(new byte[0]), out, errors, true, true, true, environment);
        return new MetaSession(
                terminal,
                new Messages(terminal, new GlobalOptions()),
                new MetaOptions(),
                work -> work.applyAsInt(SOURCE));
    }

    private static String text(ByteArrayOutputStream stream) {
        return stream.toString(StandardCharsets.UTF_8);
    }
}
