package io.kontiki.log;

import static org.assertj.core.api.Assertions.assertThat;

import io.kontiki.storage.file.FileDisk;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Rules R8 and R14. */
class LogScrubTest {
    private static final UUID TOPIC = new UUID(1, 2);
    private static final LogConfig SMALL =
            LogConfig.defaults().withSegmentBytes(4096).withIndexIntervalBytes(256);
    private static final String FIRST = "00000000000000000000";
    private static final int BATCHES = 200;

    @TempDir
    Path root;

    private PartitionLog log;

    @BeforeEach
    void fill() {
        log = open();
        for (int i = 0; i < BATCHES; i++) {
            log.appendAsLeader(Batches.of(1_000 + i, "value " + i), 0);
        }
        log.close();
        log = open();
    }

    @AfterEach
    void close() {
        log.close();
    }

    private PartitionLog open() {
        return PartitionLog.open(new FileDisk(root), "t-0", TOPIC, SMALL);
    }

    private LogScrub.Report scrub() {
        return LogScrub.run(log, bytes -> true);
    }

    private byte[] flip(String name, int position) throws IOException {
        Path file = root.resolve("t-0").resolve(name);
        byte[] before = Files.readAllBytes(file);
        byte[] after = before.clone();
        after[position] ^= 4;
        Files.write(file, after);
        return before;
    }

    @Test
    void soundLogIsFoundSound() {
        AtomicInteger read = new AtomicInteger();
        LogScrub.Report report = LogScrub.run(log, bytes -> {
            read.addAndGet(bytes);
            return true;
        });
        assertThat(report.damage()).isEmpty();
        assertThat(report.indexesReplaced()).isZero();
        assertThat((long) read.get())
                .isEqualTo(log.sizeInBytes() - log.view().active().sizeInBytes());
    }

    @Test
    void anyFlippedBitOfARecordInAClosedSegmentIsFound() throws IOException {
        flip(FIRST + ".log", 3000);
        assertThat(scrub().damage())
                .hasValueSatisfying(damage -> assertThat(damage).hasMessageContaining(FIRST + ".log is damaged"));
    }

    @Test
    void wrongIndexesAreMadeAgain() throws IOException {
        byte[] offsets = flip(FIRST + ".index", 9);
        byte[] times = flip(FIRST + ".timeindex", 14);
        assertThat(scrub().indexesReplaced()).isEqualTo(1);
        assertThat(scrub().indexesReplaced()).isZero();
        log.checkpoint();
        assertThat(Files.readAllBytes(root.resolve("t-0").resolve(FIRST + ".index")))
                .isEqualTo(offsets);
        assertThat(Files.readAllBytes(root.resolve("t-0").resolve(FIRST + ".timeindex")))
                .isEqualTo(times);
    }

    @Test
    void passEndsWhenItIsToldTo() throws IOException {
        flip(FIRST + ".log", 3000);
        flip(FIRST + ".index", 9);
        LogScrub.Report report = LogScrub.run(log, bytes -> false);
        assertThat(report.damage()).isEmpty();
        assertThat(report.indexesReplaced()).isZero();
    }
}
