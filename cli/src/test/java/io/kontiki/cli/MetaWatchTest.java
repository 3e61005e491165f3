package io.kontiki.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.google.gson.JsonParser;
import io.kontiki.cli.MetaChange.Kind;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Changes of the metadata, between two looks and at a live broker. */
@Timeout(120)
class MetaWatchTest {
    @TempDir
    private Path directory;

    @Test
    void changesAreToldInTheOrderOfTheirPaths() {
        var before = new TreeMap<>(Map.of("/a", "1", "/b", "{\"x\":1}", "/d", "4"));
        var after = new TreeMap<>(Map.of("/a", "1", "/b", "{\"x\":2}", "/c", "3"));

        List<MetaChange> changes = MetaChange.between(before, after);

        assertThat(changes)
                .containsExactly(
                        new MetaChange(Kind.CHANGED, "/b", "{\"x\":2}"),
                        new MetaChange(Kind.CREATED, "/c", "3"),
                        new MetaChange(Kind.DELETED, "/d", "4"));
        assertThat(changes.get(0).text(17)).isEqualTo("17 changed /b {\"x\":2}");
        assertThat(changes.get(2).text(17)).isEqualTo("17 deleted /d");
        assertThat(changes.get(0).json(17).toString())
                .isEqualTo("{\"index\":17,\"change\":\"changed\",\"path\":\"/b\",\"value\":{\"x\":2}}");
    }

    @Test
    void topicIsSeenToComeAndGo() throws InterruptedException {
        try (var broker = CommandBroker.start(directory)) {
            var watch = broker.command();
            var code = CompletableFuture.supplyAsync(
                    () -> watch.run("meta", "watch", "/brokers/topics/orders", "--interval", "100ms", "-o", "json"));
            await().until(() -> watch.err().contains("watching /brokers/topics/orders from index "));

            broker.run(ExitCode.DONE, "topic", "create", "orders");
            await().until(() -> watch.out().contains("/brokers/topics/orders/partitions/0/state"));
            broker.run(ExitCode.DONE, "topic", "delete", "orders", "--yes");
            await().until(() -> watch.out().contains("deleted"));
            watch.stop().request();

            assertThat(code.join()).isEqualTo(ExitCode.INTERRUPTED);
            var first = JsonParser.parseString(watch.out().lines().findFirst().orElseThrow())
                    .getAsJsonObject();
            assertThat(first.get("change").getAsString()).isEqualTo("created");
            assertThat(first.get("path").getAsString()).isEqualTo("/brokers/topics/orders");
            assertThat(first.getAsJsonObject("value").has("partitions")).isTrue();
        }
    }

    @Test
    void nobodyLooksWithoutAPause() {
        var run = new CommandRun();
        assertThat(run.run("meta", "watch", "--interval", "99ms")).isEqualTo(ExitCode.USAGE);
        assertThat(run.err()).contains("--interval is 99ms, but must be at least 100ms");
    }

    @Test
    void whatIsStoppedIsNotWatched() {
        var run = new CommandRun();
        assertThat(run.run("meta", "--offline", directory.toString(), "watch")).isEqualTo(ExitCode.USAGE);
        assertThat(run.err()).contains("nothing changes");
    }
}
