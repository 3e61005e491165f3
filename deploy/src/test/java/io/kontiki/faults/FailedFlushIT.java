package io.kontiki.faults;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** One flush fails, and the next would succeed: nothing may be made of that success (rule R10). */
class FailedFlushIT {
    @TempDir
    Path directory;

    @Test
    void logTakesNothingMoreAfterAFailedFlushAndKeepsWhatItHad() throws IOException {
        Disks.assumeNone(Tools.compilerObstacle());
        Path wish = directory.resolve("wish");
        Path root = Files.createDirectory(directory.resolve("disk"));
        Map<String, String> shim =
                Map.of("LD_PRELOAD", Tools.failFlush().toString(), "FAIL_FLUSH_WISH", wish.toString());
        ExpectedLog expected = new ExpectedLog();

        try (LogRun run = LogRun.start(root, 1, 1, expected, shim)) {
            run.awaitFlushes(20);
            // Put in place at once, so that no half of it is read.
            Path written = Files.writeString(directory.resolve("wish.new"), root.resolve(LogProcess.DIRECTORY) + "/");
            Files.move(written, wish);

            assertThat(run.awaitFailure())
                    .as("every append and flush after it was refused")
                    .isTrue();
            assertThat(wish)
                    .as("the failure was used up, the next flush would have succeeded")
                    .doesNotExist();
        }
        // Before the next process begins, which may cut the log on purpose.
        assertThat(expected.flushed()).isPositive();

        try (LogRun next = LogRun.start(root, 2, 2, expected, Map.of())) {
            next.awaitOpened();
        }
        assertThat(expected.opened()).isEqualTo(2);
    }
}
