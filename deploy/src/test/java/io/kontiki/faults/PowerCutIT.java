package io.kontiki.faults;

import static org.assertj.core.api.Assertions.assertThat;

import io.kontiki.faults.LoopFileSystem.PowerCut;
import io.kontiki.localcluster.FileTree;
import java.io.IOException;
import java.nio.file.Files;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * Cuts the power of a log's disk, over and over. {@code -Dfaults.cuts=100} for more, {@code -Dfaults.seed=…} for the same
 * moments again, as far as the machine's timing allows.
 */
class PowerCutIT {
    private static final int CUTS = Integer.getInteger("faults.cuts", 10);
    private static final long SEED = Long.getLong("faults.seed", System.nanoTime());

    /** A log grows no further than so many cuts: every process reads all of it. */
    private static final int CUTS_PER_LOG = 20;

    private static final long DISK_BYTES = 256L << 20;

    private final SplittableRandom random = new SplittableRandom(SEED);
    private long checkedRecords;
    private int cutsWhileOpening;
    private String before = "";

    @Test
    @Timeout(value = 30, unit = TimeUnit.MINUTES)
    void flushedRecordsSurviveEveryPowerCut() throws Exception {
        long start = System.nanoTime();
        try (LoopFileSystem disk = Disks.create(DISK_BYTES)) {
            for (int cuts = 0; cuts < CUTS; cuts += CUTS_PER_LOG) {
                oneLog(disk, Math.min(CUTS_PER_LOG, CUTS - cuts));
            }
        }
        System.out.printf(
                "%d power cuts, %d of them while the log was opened, %d records kept, %d s; -Dfaults.seed=%d%n",
                CUTS,
                cutsWhileOpening,
                checkedRecords,
                TimeUnit.NANOSECONDS.toSeconds(System.nanoTime() - start),
                SEED);
    }

    private void oneLog(LoopFileSystem disk, int cuts) throws Exception {
        Files.createDirectory(disk.root().resolve(LogProcess.DIRECTORY));
        ExpectedLog expected = new ExpectedLog();
        for (int run = 1; run <= cuts; run++) {
            cutOnce(disk, run, expected);
        }
        try (LogRun last = LogRun.start(disk.root(), cuts + 1, SEED, expected, Map.of())) {
            last.awaitOpened();
        }
        assertThat(expected.flushed()).as("records kept, seed %s", SEED).isPositive();
        checkedRecords += expected.flushed();
        FileTree.delete(disk.root().resolve(LogProcess.DIRECTORY));
    }

    private void cutOnce(LoopFileSystem disk, int run, ExpectedLog expected) throws IOException, InterruptedException {
        boolean whileOpening = run > 1 && random.nextInt(5) == 0;
        LogRun process = LogRun.start(disk.root(), run, random.nextLong(), expected, Map.of());
        PowerCut kind = kind();
        try (process) {
            if (!whileOpening) {
                process.awaitOpened();
            }
            // The moment of the cut is the very thing that is drawn.
            Thread.sleep(random.nextInt(whileOpening ? 400 : 200));
            process.freeze();
            disk.cutPower(kind);
        } catch (AssertionError e) {
            throw new AssertionError(e.getMessage() + "; -Dfaults.seed=" + SEED + "; " + before + process.tail(), e);
        }
        before = "run " + run + ", cut " + kind + ":\n" + process.tail() + "\n";
        if (!process.opened()) {
            cutsWhileOpening++;
        }
        disk.remount();
    }

    /** Mostly nothing is written, as when the plug is pulled. */
    private PowerCut kind() {
        int drawn = random.nextInt(10);
        return drawn == 0 ? PowerCut.AFTER_SYNC : drawn < 3 ? PowerCut.AFTER_JOURNAL : PowerCut.AT_ONCE;
    }
}
