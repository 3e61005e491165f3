package io.kontiki.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class LineReaderTest {
    @Test
    void cutsAtLineFeedsOnly() throws IOException {
        assertThat(linesOf("a\r\nb\n\nc", 100)).containsExactly("a\r", "b", "", "c");
    }

    @Test
    void lastLineFeedStartsNoEmptyLine() throws IOException {
        assertThat(linesOf("a\n", 100)).containsExactly("a");
        assertThat(linesOf("", 100)).isEmpty();
    }

    @Test
    void joinsLinesThatSpanBlocks() throws IOException {
        String longLine = "x".repeat(200_000);

        assertThat(linesOf("a\n" + longLine + "\nb", 1_000_000)).containsExactly("a", longLine, "b");
    }

    @Test
    void keepsBytesThatAreNoText() throws IOException {
        byte[] bytes = {(byte) 0xff, 0, '\n', (byte) 0xfe};
        var reader = new LineReader(new ByteArrayInputStream(bytes), 100);

        assertThat(reader.next()).hasValue(new byte[] {(byte) 0xff, 0});
        assertThat(reader.next()).hasValue(new byte[] {(byte) 0xfe});
        assertThat(reader.next()).isEmpty();
        assertThat(reader.bytesRead()).isEqualTo(4);
    }

    @Test
    void refusesALineAboveTheLimitByNumber() {
        assertThatThrownBy(() -> linesOf("ok\n12345\n123456\n", 5))
                .isInstanceOf(IOException.class)
                .hasMessage("line 3 is longer than 5 bytes");
    }

    private static List<String> linesOf(String text, int maxLineBytes) throws IOException {
        var in = new ByteArrayInputStream(text.getBytes(StandardCharsets.UTF_8));
        var reader = new LineReader(in, maxLineBytes);
        var lines = new ArrayList<String>();
        for (var line = reader.next(); line.isPresent(); line = reader.next()) {
            lines.add(new String(line.get(), StandardCharsets.UTF_8));
        }
        return lines;
    }
}
