package io.kontiki.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ServerConfigTest {
    private static final Path PAGE = Path.of("../docs/configuration.md");

    @TempDir
    private Path directory;

    /** To mend it, put what the command prints there. */
    @Test
    void thePageHasWhatTheCommandPrints() throws IOException {
        var run = new CommandRun();

        assertThat(run.run("server", "config-docs")).isEqualTo(ExitCode.DONE);

        assertThat(Files.readString(PAGE)).contains(run.out());
        assertThat(run.out())
                .contains("| `log.dirs` (`log.dir`) | `data` |")
                .contains(
                        "| `offsets.retention.minutes` | `10080` | minutes | a whole number from 1 to 2147483647 | yes |")
                .contains("| `segment.bytes` | `1073741824` | bytes | a whole number from 1024 to 2147483647 (bytes),")
                .contains("| `flush.mode` * | `ack` |");
    }

    @Test
    void programsReadTheSame() {
        var run = new CommandRun();

        assertThat(run.run("server", "config-docs", "-o", "json")).isEqualTo(ExitCode.DONE);

        JsonObject docs = JsonParser.parseString(run.out()).getAsJsonObject();
        JsonObject dirs = keyed(docs, "broker", "key", "log.dirs");
        assertThat(dirs.get("variable").getAsString()).isEqualTo("KONTIKI_LOG_DIRS");
        assertThat(dirs.get("default").getAsString()).isEqualTo("data");
        assertThat(dirs.get("dynamic").getAsBoolean()).isFalse();
        assertThat(dirs.get("doc").getAsString()).doesNotContain("](");
        JsonObject retention = keyed(docs, "topic", "key", "retention.ms");
        assertThat(retention.get("unit").getAsString()).isEqualTo("ms");
        assertThat(retention.get("dynamic").getAsBoolean()).isTrue();
        assertThat(keyed(docs, "broker", "key", "broker.id").get("default").isJsonNull())
                .isTrue();
    }

    @Test
    void everyValueIsShownWithItsOrigin() throws IOException {
        Path file = Files.writeString(
                directory.resolve("server.properties"),
                "broker.rack=${env:ZONE}\nnum.io.threads=8\nnum.partitions=3\n");
        var run = new CommandRun().with("ZONE", "a").with("KONTIKI_BROKER_ID", "7");

        assertThat(run.run("server", "check-config", "--config", file.toString(), "--set", "num.partitions=6"))
                .isEqualTo(ExitCode.DONE);

        List<String> lines =
                run.out().lines().map(line -> line.replaceAll(" +", " ")).toList();
        assertThat(lines)
                .contains(
                        "KEY VALUE ORIGIN",
                        "broker.id 7 environment KONTIKI_BROKER_ID",
                        "broker.rack ${env:ZONE} file " + file,
                        "cluster.id - derived",
                        "num.partitions 6 --set",
                        "log.segment.bytes 1GiB default");
        assertThat(run.err()).contains("warning: key \"num.io.threads\" of Kafka is ignored, because threads");
    }

    /** As containers have it. */
    @Test
    void variablesAreAConfiguration() {
        assertThat(new CommandRun().with("KONTIKI_CLUSTER_ID", "c").run("server", "check-config"))
                .isEqualTo(ExitCode.DONE);
        assertThat(new CommandRun()
                        .with("KONTIKI_HEAP_OPTS", "-Xmx1g")
                        .with("KONTIKI_SERVICE_HOST", "10.0.0.1")
                        .run("server", "check-config"))
                .isEqualTo(ExitCode.USAGE);
    }

    @Test
    void checkedConfigurationCanBeReadByPrograms() {
        var run = new CommandRun();

        assertThat(run.run("server", "check-config", "--dev", "-o", "json", "--set", "process.roles=broker"))
                .isEqualTo(ExitCode.DONE);

        JsonObject checked = JsonParser.parseString(run.out()).getAsJsonObject();
        assertThat(keyed(checked, "settings", "key", "listeners").get("origin").getAsString())
                .isEqualTo("--dev");
        assertThat(checked.getAsJsonArray("warnings")).hasSize(1);
    }

    @Test
    void whatNoBrokerStartsWithIsRefusedInTheSameWords() {
        var run = new CommandRun();

        assertThat(run.run("server", "check-config", "--set", "num.partitions=0", "--set", "log.dirt=/x"))
                .isEqualTo(ExitCode.USAGE);

        assertThat(run.out()).isEmpty();
        assertThat(run.err())
                .contains("num.partitions is \"0\", but must be a whole number from 1 to 10000")
                .contains("did you mean log.dirs?");
    }

    private static JsonObject keyed(JsonObject document, String array, String field, String value) {
        return StreamSupport.stream(document.getAsJsonArray(array).spliterator(), false)
                .map(JsonElement::getAsJsonObject)
                .filter(object -> object.get(field).getAsString().equals(value))
                .findFirst()
                .orElseThrow();
    }

    /** They may be part of a secret. */
    @Test
    void quotesAreCharactersAsOthersAre() {
        var run = new CommandRun();

        assertThat(run.run("server", "check-config", "--dev", "-o", "json", "--set", "broker.rack=r\"a\\ck{}="))
                .isEqualTo(ExitCode.DONE);

        assertThat(run.out()).contains("\"r\\\"a\\\\ck{}=\"");
        assertThat(picocli.CommandLine.tracer().getLevel()).isEqualTo(picocli.CommandLine.TraceLevel.OFF);
    }
}
