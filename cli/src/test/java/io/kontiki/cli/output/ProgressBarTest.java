package io.kontiki.cli.output;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;

class ProgressBarTest {
    private final ByteArrayOutputStream screen = new ByteArrayOutputStream();
    private long nowNanos;

    @Test
    void drawsABarWhereTheWholeIsKnown() {
        var bar = bar(true, OptionalLong.of(4096));
        nowNanos = 1_000_000_000;

        bar.update(10, 1024);

        assertThat(screen()).isEqualTo("\r\u001b[K[######..................] 25%  10 records  1.0 KiB  1.0 KiB/s");
    }

    @Test
    void drawsAtMostTenTimesASecond() {
        var bar = bar(true, OptionalLong.empty());
        for (int i = 1; i <= 1000; i++) {
            nowNanos = i * 1_000_000L;
            bar.update(i, i);
        }

        assertThat(screen().split("\r", -1)).hasSize(11);
    }

    @Test
    void clearsWhatItDrew() {
        var bar = bar(true, OptionalLong.empty());
        nowNanos = 1_000_000_000;
        bar.update(1, 1);
        bar.clear();
        bar.clear();

        assertThat(screen()).endsWith("1 B/s\r\u001b[K");
    }

    @Test
    void staysSilentAwayFromATerminal() {
        var bar = bar(false, OptionalLong.empty());
        nowNanos = 1_000_000_000;
        bar.update(1, 1);
        bar.clear();

        assertThat(screen()).isEmpty();
    }

    private ProgressBar bar(boolean shown, OptionalLong totalBytes) {
        var stream = new PrintStream(screen, true, StandardCharsets.UTF_8);
        return new ProgressBar(stream, shown, totalBytes, () -> nowNanos);
    }

    private String screen() {
        return screen.toString(StandardCharsets.UTF_8);
    }
}
