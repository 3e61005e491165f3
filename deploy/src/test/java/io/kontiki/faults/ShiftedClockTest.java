package io.kontiki.faults;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a JVM is told of the time that preloads the library for it. */
class ShiftedClockTest {
    private static final Duration TOLERANCE = Duration.ofMinutes(5);

    @TempDir
    private Path directory;

    @BeforeEach
    void needsCompiler() {
        assumeTrue(Tools.compilerObstacle().isEmpty());
    }

    /** Prints the wall clock, as a broker asks for it. */
    public static final class Asker {
        private Asker() {}

        public static void main(String[] args) {
            System.out.println(Instant.now());
        }
    }

    private static Instant ask(Path shift) throws IOException {
        ProcessBuilder builder = new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xshare:auto",
                "-cp",
                System.getProperty("java.class.path"),
                Asker.class.getName());
        builder.environment().put("LD_PRELOAD", Tools.shiftClock().toString());
        builder.environment().put("CLOCK_SHIFT", shift.toString());
        Process process = builder.redirectErrorStream(true).start();
        return Instant.parse(new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8).strip());
    }

    @Test
    void wallClockIsOffAsTheFileSays() throws IOException {
        Path shift = directory.resolve("shift");
        for (Duration off : new Duration[] {Duration.ZERO, Duration.ofHours(1), Duration.ofHours(-1)}) {
            Files.write(
                    shift,
                    ByteBuffer.allocate(Long.BYTES)
                            .order(ByteOrder.nativeOrder())
                            .putLong(off.toNanos())
                            .array());

            Instant told = ask(shift);

            assertThat(Duration.between(Instant.now().plus(off), told).abs()).isLessThan(TOLERANCE);
        }
    }
}
