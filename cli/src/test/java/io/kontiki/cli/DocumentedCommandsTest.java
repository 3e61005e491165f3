package io.kontiki.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * Runs every command line of docs/cli.md, in its order, against a broker in this process. What the page shows as output must
 * have the columns of what really came.
 */
@Timeout(180)
class DocumentedCommandsTest {
    private static final Path PAGE = Path.of("../docs/cli.md");
    private static final int LINES = 30;
    private static final String GROUP = "billing";

    @TempDir
    private static Path directory;

    private static CommandBroker broker;

    @BeforeAll
    static void start() throws InterruptedException, IOException {
        broker = CommandBroker.start(directory.resolve("data"));
        for (String topic : List.of("orders", "returns", "orders-eu")) {
            broker.run(ExitCode.DONE, "topic", "create", topic, "-p", "6");
        }
        Files.writeString(
                directory.resolve("orders.txt"),
                IntStream.range(0, LINES)
                        .mapToObj(number -> number + ":pizza\n")
                        .collect(Collectors.joining()));
        broker.run(ExitCode.DONE, "produce", "orders-eu", "--file", file("orders.txt"));
    }

    private static String file(String name) {
        return directory.resolve(name).toString();
    }

    @AfterAll
    static void stop() {
        broker.close();
    }

    @Test
    void everyExampleRuns() throws IOException {
        List<CommandExample> examples = CommandExample.of(Files.readString(PAGE));
        assertThat(examples).hasSizeGreaterThan(20);
        for (CommandExample example : examples) {
            // What an earlier one deleted is there again.
            broker.run(
                    ExitCode.DONE,
                    "group",
                    "reset",
                    GROUP,
                    "--to",
                    "earliest",
                    "-t",
                    "orders",
                    "-t",
                    "returns",
                    "--execute");
            if (endsWithCtrlC(example)) {
                runUntilCtrlC(example);
            } else if (wantsMembers(example)) {
                runBesideMembers(example);
            } else {
                run(example, example.arguments());
            }
        }
    }

    private static boolean endsWithCtrlC(CommandExample example) {
        List<String> arguments = example.arguments();
        return isWatch(arguments)
                || arguments.get(0).equals("consume")
                        && (arguments.contains("--follow")
                                || arguments.contains("--group") && !arguments.contains("--until"));
    }

    private static boolean isWatch(List<String> arguments) {
        return arguments.size() > 1 && arguments.subList(0, 2).equals(List.of("meta", "watch"));
    }

    private static void runUntilCtrlC(CommandExample example) {
        CommandRun run = broker.command();
        CompletableFuture<Integer> code = start(run, example.arguments());
        await(example.line())
                .until(() -> !run.out().isEmpty()
                        || isWatch(example.arguments()) && !run.err().isEmpty());
        run.stop().request();
        assertThat(code.join()).as(example.line() + "\n" + run.err()).isEqualTo(ExitCode.INTERRUPTED);
    }

    private static CompletableFuture<Integer> start(CommandRun run, List<String> arguments) {
        return CompletableFuture.supplyAsync(
                () -> run.run(arguments.toArray(String[]::new)), task -> new Thread(task, "command").start());
    }

    private static boolean wantsMembers(CommandExample example) {
        List<String> arguments = example.arguments();
        return arguments.get(0).equals("group")
                && Set.of("list", "describe", "lag", "remove-member").contains(arguments.get(1));
    }

    /** Of the two one is static. */
    private static void runBesideMembers(CommandExample example) throws IOException {
        List<String> consume = List.of("consume", "orders", "--group", GROUP);
        CommandRun dynamicMember = broker.command();
        CommandRun staticMember = broker.command();
        List<CompletableFuture<Integer>> codes = List.of(
                start(dynamicMember, consume),
                start(staticMember, List.of("consume", "orders", "--group", GROUP, "--instance", "till-3")));
        await("two members with records")
                .atMost(Duration.ofSeconds(30))
                // Whoever came first may have read all.
                .until(() -> members().size() == 2 && !(dynamicMember.out() + staticMember.out()).isEmpty());
        String id = members().stream()
                .filter(member -> member.get("instanceId").isJsonNull())
                .map(member -> member.get("memberId").getAsString())
                .findFirst()
                .orElseThrow();

        run(
                example,
                example.arguments().stream()
                        .map(word -> word.equals("MEMBER") ? id : word)
                        .toList());

        dynamicMember.stop().request();
        staticMember.stop().request();
        codes.forEach(CompletableFuture::join);
        // A static member keeps its place for a while.
        broker.command().run("group", "remove-member", GROUP, "--instance", "till-3");
        await("no members").until(() -> members().isEmpty());
    }

    private static List<JsonObject> members() {
        String described = broker.run(ExitCode.DONE, "group", "describe", GROUP, "-o", "json")
                .out();
        List<JsonObject> members = new ArrayList<>();
        JsonParser.parseString(described)
                .getAsJsonObject()
                .getAsJsonArray("groups")
                .get(0)
                .getAsJsonObject()
                .getAsJsonArray("members")
                .forEach(member -> members.add(member.getAsJsonObject()));
        return members;
    }

    private static void run(CommandExample example, List<String> arguments) throws IOException {
        // Whoever is asked for the group's name types it.
        CommandRun run = arguments.get(1).equals("delete") || arguments.get(1).equals("forget")
                ? broker.command().onTerminal().input(GROUP + "\n")
                : broker.command();
        if (example.input().isPresent()) {
            run.input(Files.readString(directory.resolve(example.input().get())));
        }
        String[] words = arguments.stream().map(DocumentedCommandsTest::adapted).toArray(String[]::new);

        int code = run.run(words);
        // Groups here are behind, and the disk may be full.
        boolean mayFind = arguments.get(0).equals("doctor") && code == ExitCode.PROBLEMS_FOUND;
        assertThat(mayFind ? ExitCode.DONE : code)
                .as(example.line() + "\n" + run.err())
                .isEqualTo(ExitCode.DONE);

        if (example.output().isPresent()) {
            Files.writeString(directory.resolve(example.output().get()), run.out());
        }
        assertThat(CommandExample.headings(run.out().lines().toList()))
                .as("columns of " + example.line() + ", which gave\n" + run.out())
                .isEqualTo(
                        example.shown().isEmpty()
                                ? CommandExample.headings(run.out().lines().toList())
                                : CommandExample.headings(example.shown()));
    }

    /** Files are those of this test, and loads are short. */
    private static String adapted(String word) {
        if (word.matches("[a-z]+\\.(txt|json)")) {
            return file(word);
        }
        return word.matches("30s|1m") ? "500ms" : word.replaceFirst("^100000$", "2000");
    }
}
