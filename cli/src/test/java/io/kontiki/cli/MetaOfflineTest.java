package io.kontiki.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.gson.JsonParser;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What a stopped broker has on its disk. */
@Timeout(120)
class MetaOfflineTest {
    @TempDir
    private Path directory;

    @Test
    void stoppedBrokerShowsWhatItShowedWhileItRan() throws Exception {
        var data = directory.resolve("data");
        String live;
        try (var broker = CommandBroker.start(data)) {
            broker.run(ExitCode.DONE, "topic", "create", "orders", "-p", "3");
            broker.run(ExitCode.DONE, "topic", "create", "returns");
            broker.run(ExitCode.DONE, "topic", "delete", "returns", "--yes");
            assertThat(offline(ExitCode.CONFLICT, "meta", "ls", "--offline", data.toString())
                            .err())
                    .contains("is in use by a voter that runs", "Stop that broker first");
            live = broker.run(ExitCode.DONE, "meta", "dump", "/brokers/topics").out();
        }
        var before = files(data);

        var run = offline(ExitCode.DONE, "meta", "--offline", data.toString(), "dump", "/brokers/topics");

        var leader = "\"leader\":(0|null),";
        assertThat(run.out().replaceAll(leader, ""))
                .contains("\"/brokers/topics/orders\"")
                .doesNotContain("returns");
        assertThat(JsonParser.parseString(run.out()).getAsJsonObject().get("/brokers/topics/orders"))
                .isEqualTo(JsonParser.parseString(live).getAsJsonObject().get("/brokers/topics/orders"));
        assertThat(run.err()).containsPattern("metadata as of index [1-9][0-9]*, from the log, there is no snapshot\n");
        assertThat(offline(
                                ExitCode.DONE,
                                "meta",
                                "ls",
                                "/brokers/ids",
                                "--offline",
                                data.resolve("quorum").toString())
                        .out())
                .isEqualTo("0\n");
        assertThat(offline(ExitCode.DONE, "meta", "get", "/controller", "--offline", data.toString(), "-q")
                        .out())
                .isEqualTo("{\"brokerid\":null}\n");
        assertThat(files(data)).as("nothing is changed").isEqualTo(before);
    }

    @Test
    void whatIsNoMetadataDirectoryIsRefused() throws Exception {
        assertThat(offline(ExitCode.FAILED, "meta", "ls", "--offline", directory.toString())
                        .err())
                .contains("there is no metadata log in " + directory, "metadata.log.dir");
        Files.writeString(directory.resolve("voter.properties"), "version=9\n");
        assertThat(offline(ExitCode.FAILED, "meta", "ls", "--offline", directory.toString())
                        .err())
                .contains("voter.properties cannot be read");
    }

    private static CommandRun offline(int code, String... args) {
        var run = new CommandRun();
        assertThat(run.run(args)).as(run.err()).isEqualTo(code);
        return run;
    }

    private static TreeMap<String, Long> files(Path directory) throws IOException {
        var sizes = new TreeMap<String, Long>();
        try (var files = Files.walk(directory)) {
            for (var file : files.filter(Files::isRegularFile).toList()) {
                sizes.put(
                        file.toString(),
                        Files.size(file) + Files.getLastModifiedTime(file).toMillis());
            }
        }
        return sizes;
    }
}
