package io.kontiki.broker;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ConfigReferencesTest {
    @TempDir
    private Path directory;

    private final ConfigReferences references =
            new ConfigReferences(Map.of("ZONE", "a", "LOOP", "${env:ZONE}", "DOLLARS", "\\$1"));

    @ParameterizedTest
    @CsvSource({
        "rack-${env:ZONE}-${env:ZONE}, rack-a-a",
        "${env:LOOP}, ${env:ZONE}",
        "${env:DOLLARS}, \\$1",
        "$${env:ZONE}, ${env:ZONE}",
        "plain $ {text}, plain $ {text}"
    })
    void variablesAreReadOnce(String text, String resolved) {
        assertThat(references.resolve(text)).isEqualTo(resolved);
    }

    @Test
    void fileIsReadWithoutItsLastLineFeed() throws IOException {
        var file = Files.writeString(directory.resolve("rack"), "r\u00e4ck\n\n");

        assertThat(references.resolve("${file:" + file + "}!")).isEqualTo("r\u00e4ck\n!");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "${env:ABSENT} | refers to the environment variable ABSENT, which is not set",
                "${file:rack} | refers to the file rack, which must be named by its whole path, from / on",
                "${file:/no/such} | refers to the file /no/such, which does not exist",
                "${sys:x} | refers to ${sys:x}, but there are only ${env:NAME} and ${file:/path}; $${ is for ${ itself",
                "${env:ZONE | has \"${\" without a \"}\"; $${ is for ${ itself"
            })
    void whatGivesNothingIsNamed(String text, String problem) {
        assertThatThrownBy(() -> references.resolve(text)).hasMessage(problem);
    }

    @Test
    void filesBeyondTheLimitAndThoseThatAreNoTextAreRefused() throws IOException {
        var allowed = Files.writeString(directory.resolve("allowed"), "x".repeat(ConfigReferences.FILE_BYTES_MAX));
        var large = Files.writeString(directory.resolve("large"), "x".repeat(ConfigReferences.FILE_BYTES_MAX + 1));
        var binary = Files.write(directory.resolve("binary"), new byte[] {(byte) 0xff});

        assertThat(references.resolve("${file:" + allowed + "}")).hasSize(ConfigReferences.FILE_BYTES_MAX);
        assertThatThrownBy(() -> references.resolve("${file:" + large + "}")).hasMessageContaining("larger than 65536");
        assertThatThrownBy(() -> references.resolve("${file:" + binary + "}")).hasMessageContaining("not in UTF-8");
        assertThatThrownBy(() -> references.resolve("${file:" + directory + "}"))
                .hasMessageEndingWith("which is a directory, a pipe or a device, not a file");
        assertThatThrownBy(() -> references.resolve("${file:/dev/zero}")).hasMessageContaining("a device");
    }

    @Test
    void everySourceMayReferAndOnlyTheReferenceIsShown() throws IOException {
        var secret = Files.writeString(directory.resolve("secret"), "hidden\n");
        var file = Files.writeString(directory.resolve("server.properties"), "broker.rack=${file:" + secret + "}\n");
        var sources = new ConfigSources(
                Map.of("num.partitions", "${env:N}"),
                Map.of("KONTIKI_CLUSTER_ID", "c-${env:N}", "N", "7"),
                Optional.of(file),
                false);

        var config = BrokerConfig.load(sources);

        assertThat(config.rack()).contains("hidden");
        assertThat(config.clusterId()).contains("c-7");
        assertThat(config.numPartitions()).isEqualTo(7);
        assertThat(String.join("\n", config.explicitSettings()))
                .contains("broker.rack=${file:" + secret + "}")
                .doesNotContain("hidden");
    }

    @Test
    void refusedValueIsNotShownEither() throws IOException {
        var secret = Files.writeString(directory.resolve("secret"), "hidden");

        assertThatThrownBy(() -> BrokerConfig.of(Map.of("num.partitions", "${file:" + secret + "}")))
                .hasMessageStartingWith("num.partitions is \"${file:")
                .hasMessageNotContaining("hidden");
    }

    @Test
    void whatAReferenceGaveIsNotShownWhereKeysContradict() {
        var settings = Map.of("log.dirs", "${env:A},${env:A}/x", "metadata.log.dir", "${env:A}/m");
        var sources = new ConfigSources(settings, Map.of("A", "/hidden"), Optional.empty(), false);

        assertThatThrownBy(() -> BrokerConfig.load(sources))
                .hasMessageContaining("log.dirs names two directories, but one holds the other")
                .hasMessageContaining("metadata.log.dir is within one of log.dirs")
                .hasMessageNotContaining("hidden");
    }
}
