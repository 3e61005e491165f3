package io.kontiki.simulation.log;

import io.kontiki.simulation.MemoryDisk;
import io.kontiki.storage.Disk;
import io.kontiki.storage.file.FileDisk;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.SplittableRandom;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * A log answers as a plain list of batches does, after any work on it. {@code -Dsim.seed=N} replays one run,
 * {@code -Dsim.seeds=N} makes more.
 */
class LogModelSimTest {
    private static final Long SEED = Long.getLong("sim.seed");
    private static final int STEPS = 120;

    @TempDir
    Path directory;

    private int processes;

    @Test
    void logInMemoryAnswersAsAPlainList() {
        runSeeds(Long.getLong("sim.seeds", 150), MemoryDisk::new, disk -> disk);
    }

    @Test
    void logInFilesAnswersAsAPlainList() {
        runSeeds(Long.getLong("sim.seeds", 10), this::newDirectory, disk -> copyOfNewest());
    }

    private interface NewDisk {
        Disk create();
    }

    private void runSeeds(long seeds, NewDisk disks, UnaryOperator<Disk> kill) {
        long first = SEED == null ? 1 : SEED;
        long last = SEED == null ? seeds : SEED;
        for (long seed = first; seed <= last; seed++) {
            try {
                Disk disk = disks.create();
                LogWorkload workload = new LogWorkload(new SplittableRandom(seed), disk, kill);
                if (disk instanceof MemoryDisk watched) {
                    watched.watch(workload::besideChange);
                }
                run(workload);
            } catch (RuntimeException | AssertionError e) {
                throw new AssertionError("-Dsim.seed=" + seed + " fails: " + e, e);
            }
        }
    }

    private static void run(LogWorkload workload) {
        workload.tracked().open();
        for (int step = 0; step < STEPS; step++) {
            workload.step();
            workload.tracked().requireEqual();
        }
    }

    private Disk newDirectory() {
        try {
            processes++;
            return new FileDisk(Files.createDirectory(directory.resolve(Integer.toString(processes))));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** What a killed process leaves; its open files go on to be those of the old directory. */
    private Disk copyOfNewest() {
        Path source = directory.resolve(Integer.toString(processes));
        Disk copy = newDirectory();
        Path target = directory.resolve(Integer.toString(processes));
        try (Stream<Path> paths = Files.walk(source)) {
            for (Path path : paths.filter(each -> !each.equals(source)).toList()) {
                Files.copy(path, target.resolve(source.relativize(path)));
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return copy;
    }
}
