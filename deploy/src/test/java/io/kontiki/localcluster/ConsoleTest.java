package io.kontiki.localcluster;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;

class ConsoleTest {
    private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    private final PrintStream out = new PrintStream(bytes, true, StandardCharsets.UTF_8);

    private String shown() {
        return bytes.toString(StandardCharsets.UTF_8);
    }

    @Test
    void barStaysBelowTheLines() {
        Console console = new Console(out, true);
        Awaitility.await().untilAsserted(() -> {
            console.progress(0.5, "3 strikes");
            assertThat(shown()).contains("[###############...............]  50 %");
        });

        console.line("kill: broker 1");

        assertThat(shown()).contains("kill: broker 1\n").endsWith("3 strikes");
        console.finish();
        assertThat(shown()).endsWith("\r\u001b[K");
    }

    @Test
    void whereThereIsNoTerminalLinesStayPlain() {
        Console console = new Console(out, false);

        console.progress(0.5, "3 strikes");
        console.line("kill: broker 1");
        console.finish();

        assertThat(shown()).isEqualTo("kill: broker 1\n");
    }
}
