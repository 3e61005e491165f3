package io.kontiki.quickstart;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LinesTest {
    @Test
    void bytesOfAnyEncodingComeThrough(@TempDir Path directory) throws IOException {
        byte[] bytes = {'a', (byte) 0xff, (byte) 0xc3, '\n', (byte) 0x80, '\n'};
        Path file = Files.write(directory.resolve("f"), bytes);

        List<Line> lines = Lines.read(List.of(file, file));

        assertThat(lines).hasSize(4);
        assertThat(lines.get(0).value()).isEqualTo(new byte[] {'a', (byte) 0xff, (byte) 0xc3});
        assertThat(lines.get(3).value()).isEqualTo(new byte[] {(byte) 0x80});
        assertThat(lines.get(3).index()).isEqualTo(3);
    }

    @Test
    void generatedLoadIsTheSameForTheSameSeedAndUsesManyKeys() {
        List<Line> lines = Lines.generate(500, new SplittableRandom(7));

        assertThat(lines).isEqualTo(Lines.generate(500, new SplittableRandom(7)));
        assertThat(lines.stream().map(Line::key).collect(Collectors.toSet())).hasSizeGreaterThan(10);
    }
}
