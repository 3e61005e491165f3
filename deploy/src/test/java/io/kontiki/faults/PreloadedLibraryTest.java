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

/** What a JVM is told that preloads the libraries. */
class PreloadedLibraryTest {
    private static final Path BOOT_ID = Path.of("/proc/sys/kernel/random/boot_id");
    private static final Duration TOLERANCE = Duration.ofMinutes(5);

    @TempDir
    private Path directory;

    @BeforeEach
    void needsCompiler() {
        assumeTrue(Tools.compilerObstacle().isEmpty());
    }

    /** Prints the boot id and the wall clock, as a broker asks for them. */
    public static final class Asker {
        private Asker() {}

        public static void main(String[] args) throws IOException {
            System.out.println(Files.readString(BOOT_ID).strip());
            System.out.println(Instant.now());
        }
    }

    private String[] ask(Path library, String variable, Path file) throws IOException {
        ProcessBuilder builder = new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xshare:auto",
                "-cp",
                System.getProperty("java.class.path"),
                Asker.class.getName());
        builder.environment().put("LD_PRELOAD", library.toString());
        builder.environment().put(variable, file.toString());
        Process process = builder.redirectErrorStream(true).start();
        return new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8)
                .strip()
                .split("\n");
    }

    @Test
    void bootIsAnotherOneOnceAFileSaysSo() throws IOException {
        Path boot = directory.resolve("boot");

        assertThat(ask(Tools.otherBoot(), "OTHER_BOOT", boot)[0])
                .isEqualTo(Files.readString(BOOT_ID).strip());

        Files.writeString(boot, "another\n");
        assertThat(ask(Tools.otherBoot(), "OTHER_BOOT", boot)[0]).isEqualTo("another");
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

            Instant told = Instant.parse(ask(Tools.shiftClock(), "CLOCK_SHIFT", shift)[1]);

            assertThat(Duration.between(Instant.now().plus(off), told).abs()).isLessThan(TOLERANCE);
        }
    }
}
