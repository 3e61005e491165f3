package io.kontiki.chaos;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeFalse;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** The short form of the rehearsal, where it can be done; {@code k8s/rehearse} does the whole of it. */
class RehearsalIT {
    private static final int NOT_HERE = 3;
    private static final long MINUTES_MAX = 8;

    @Test
    void podsComeBackAtNewAddressesAndNothingIsLost() throws IOException, InterruptedException {
        Path told = Files.createDirectories(Path.of("target/it")).resolve("rehearsal.txt");
        String script = Path.of("../k8s/rehearse").toAbsolutePath().toString();
        // How long the gaps are depends on who else is on the machine.
        var process = new ProcessBuilder(script, "--short", "--gap-max", "120")
                .redirectErrorStream(true)
                .redirectOutput(told.toFile())
                .start();
        try {
            assertThat(process.waitFor(MINUTES_MAX, TimeUnit.MINUTES))
                    .as("ended within %s minutes", MINUTES_MAX)
                    .isTrue();
        } finally {
            // It takes its pods and networks away then.
            process.destroy();
        }

        String text = Files.readString(told);
        assumeFalse(process.exitValue() == NOT_HERE, text);
        assertThat(process.exitValue()).as(text).isZero();
        assertThat(text).containsPattern("rolling restart .* 3 ").contains("nothing is wrong");
    }
}
