package io.kontiki.broker;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.StringReader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Properties;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(30)
class ConfigFileTest {
    @TempDir
    private Path directory;

    private Path file(byte[] bytes) throws IOException {
        return Files.write(directory.resolve("server.properties"), bytes);
    }

    private Path file(String text) throws IOException {
        return file(text.getBytes(UTF_8));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "a=1\nb : 2\r\nc 3\rd",
                "# a=1 \\\nb=2\n  ! c\\\nd=4",
                "a=1\\\n   2\\\r\n3\nb=4\\\\\nc=5\\",
                "a=\\u00e4\\=\\:\nb\\ c=d\n\n \n\t=x",
                "a=1\\\n#2\n\\\n b=3",
                ""
            })
    void entriesAreThoseOfJavaProperties(String text) throws IOException {
        var expected = new Properties();
        expected.load(new StringReader(text));

        Map<String, String> read = new HashMap<>();
        ConfigFile.read(file(text)).forEach(entry -> read.put(entry.name(), entry.value()));

        assertThat(read).isEqualTo(expected);
    }

    @Test
    void linesAreCounted() throws IOException {
        assertThat(ConfigFile.read(file("# x\n\na=1\\\n2\nb=3\na=4")))
                .containsExactly(
                        new ConfigFile.Entry("a", "12", 3),
                        new ConfigFile.Entry("b", "3", 5),
                        new ConfigFile.Entry("a", "4", 6));
    }

    @Test
    void byteOrderMarkIsNoPartOfAKey() throws IOException {
        assertThat(ConfigFile.read(file("\ufeffa=1"))).containsExactly(new ConfigFile.Entry("a", "1", 1));
    }

    @Test
    void whatIsWrongIsToldWithItsLine() throws IOException {
        var escape = file("a=1\nb=c:\\u12\n");
        assertThatThrownBy(() -> ConfigFile.read(escape)).hasMessageStartingWith("has \\u in line 2 without four");

        var latin = file("a=1\n\nb=r\u00e4ck\n".getBytes(ISO_8859_1));
        assertThatThrownBy(() -> ConfigFile.read(latin)).hasMessage("has bytes in line 3 that are not UTF-8");
    }

    @Test
    void onlyFilesAreRead() {
        for (String other : new String[] {"/dev/zero", directory.toString()}) {
            assertThatThrownBy(() -> BrokerConfig.load(
                            new ConfigSources(Map.of(), Map.of(), Optional.of(Path.of(other)), false)))
                    .hasMessage("the configuration file " + other + " is a directory, a pipe or a device, not a file");
        }
    }

    @Test
    void largeFileIsRefused() throws IOException {
        var large = file("#" + "x".repeat(1 << 20));
        assertThatThrownBy(() -> ConfigFile.read(large)).hasMessage("is larger than 1048576 bytes");
    }
}
