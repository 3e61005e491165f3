package io.kontiki.faults;

import static org.assertj.core.api.Assertions.assertThat;

import io.kontiki.faults.LoopFileSystem.PowerCut;
import java.io.IOException;
import java.nio.file.Files;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** A log's disk is filled to the last block while it is written, over and over. */
@Timeout(value = 4, unit = TimeUnit.MINUTES)
class FullDiskIT {
    private static final long SEED = Long.getLong("faults.seed", System.nanoTime());
    private static final long DISK_BYTES = 64L << 20;
    private static final int FILLINGS = 5;
    private static final int FLUSHES = 20;

    @Test
    void logThatFoundNoRoomGoesOnOnceThereIsSomeAndLosesNothing() throws IOException {
        ExpectedLog expected = new ExpectedLog();
        try (LoopFileSystem disk = Disks.create(DISK_BYTES)) {
            Files.createDirectory(disk.root().resolve(LogProcess.DIRECTORY));
            try (LogRun run = LogRun.start(disk.root(), 1, SEED, expected, Map.of())) {
                run.awaitOpened();
                for (int filling = 0; filling < FILLINGS; filling++) {
                    run.awaitMoreFlushes(FLUSHES);
                    disk.fill();
                    run.awaitFull();
                    disk.makeRoom();
                    run.awaitRoom();
                }
            }
            openAll(disk, 2, expected);
        }
        assertThat(expected.flushed()).as("records kept, seed %s", SEED).isPositive();
    }

    @Test
    void powerCutOfAFullDiskLosesNothingThatWasFlushed() throws IOException {
        ExpectedLog expected = new ExpectedLog();
        try (LoopFileSystem disk = Disks.create(DISK_BYTES)) {
            Files.createDirectory(disk.root().resolve(LogProcess.DIRECTORY));
            for (int filling = 1; filling <= FILLINGS; filling++) {
                try (LogRun run = LogRun.start(disk.root(), filling, SEED + filling, expected, Map.of())) {
                    run.awaitMoreFlushes(FLUSHES);
                    disk.fill();
                    run.awaitFull();
                    run.freeze();
                    disk.cutPower(PowerCut.AT_ONCE);
                }
                disk.remount();
                disk.makeRoom();
            }
            openAll(disk, FILLINGS + 1, expected);
        }
        assertThat(expected.flushed()).as("records kept, seed %s", SEED).isPositive();
    }

    private static void openAll(LoopFileSystem disk, int run, ExpectedLog expected) throws IOException {
        try (LogRun last = LogRun.start(disk.root(), run, SEED, expected, Map.of())) {
            last.awaitOpened();
        }
        assertThat(expected.opened()).isEqualTo(run);
    }
}
