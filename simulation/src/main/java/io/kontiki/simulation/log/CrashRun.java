package io.kontiki.simulation.log;

import io.kontiki.log.PartitionLog;
import io.kontiki.simulation.MemoryDisk;
import io.kontiki.simulation.PowerCut;
import io.kontiki.simulation.SimulationFailure;
import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.TreeMap;

/**
 * Seeded work on a log, in several lives with a power cut between any two. Before each change of the disk, those of a
 * recovery among them, the power is cut as well, on copies of the disk and in several ways; each copy is opened and must
 * hold what was promised by then, and a second power cut or start must change nothing of it. Single-threaded.
 */
public final class CrashRun {
    private static final int LIVES = 6;
    private static final int MIN_CHANGES = 5;
    private static final int MAX_CHANGES = 160;
    /** Ways to cut the power at one moment, beside losing nothing and losing all. */
    private static final int CUTS = 3;

    private static final int TOLD_CHANGES = 60;

    private final long seed;
    private final SplittableRandom random;
    private final LogWorkload workload;
    private final Deque<String> lastChanges = new ArrayDeque<>();
    private MemoryDisk disk = new MemoryDisk();
    private MemoryDisk examined = disk;
    private long points;
    private int changesLeft;

    /** @param seed alone decides what the run does */
    public CrashRun(long seed) {
        this.seed = seed;
        this.random = new SplittableRandom(~seed);
        this.workload = new LogWorkload(new SplittableRandom(seed), disk, same -> same);
    }

    /** Crash points so far: moments times ways to cut the power, counted only where the cut can lose something. */
    public long points() {
        return points;
    }

    /** @throws SimulationFailure naming the seed, the crash point and what the disk was asked for before it */
    public void run() {
        try {
            for (int life = 0; life < LIVES; life++) {
                live();
            }
        } catch (RuntimeException | AssertionError e) {
            SimulationFailure failure = new SimulationFailure("-Dsim.seed=" + seed + " fails at crash point " + points
                    + ": " + e + "\nlast changes of the disk:\n  " + String.join("\n  ", lastChanges)
                    + "\nfiles after the recovery that failed:\n  " + String.join("\n  ", filesOf(examined)));
            failure.initCause(e);
            throw failure;
        }
    }

    private static List<String> filesOf(MemoryDisk disk) {
        return disk.contents().entrySet().stream()
                .map(file -> file.getKey() + " " + file.getValue().remaining() + " bytes")
                .toList();
    }

    private void live() {
        changesLeft = MIN_CHANGES + random.nextInt(MAX_CHANGES - MIN_CHANGES);
        disk.watch(this::beforeChange);
        try {
            workload.tracked().open();
            while (true) {
                workload.step();
            }
        } catch (RuntimeException | AssertionError endOfLife) {
            if (changesLeft > 0) {
                throw endOfLife;
            }
            // Whatever it is, it came of the power cut.
            note("-- power cut --");
        }
        disk = disk.after(PowerCut.losingSome(random));
        workload.moveTo(disk);
    }

    /** Ends the life, wherever the log is. */
    private static final class PowerLost extends RuntimeException {
        private static final long serialVersionUID = 1L;
    }

    private void beforeChange(String operation, String path) {
        if (changesLeft <= 0) {
            // Whoever cleans up after the power has gone.
            throw new PowerLost();
        }
        examineAll();
        note(operation + " " + path);
        workload.besideChange(operation, path);
        changesLeft--;
        if (changesLeft <= 0) {
            throw new PowerLost();
        }
    }

    private void note(String change) {
        lastChanges.add(change);
        if (lastChanges.size() > TOLD_CHANGES) {
            lastChanges.remove();
        }
    }

    /** Cuts the power now, in several ways. */
    private void examineAll() {
        examine(PowerCut.losingNothing(random));
        if (!disk.isFlushed()) {
            examine(PowerCut.losingAll(random));
            for (int i = 0; i < CUTS; i++) {
                examine(PowerCut.losingSome(random));
            }
        }
    }

    private void examine(PowerCut cut) {
        points++;
        MemoryDisk left = disk.after(cut);
        examined = left;
        TrackedLog tracked = workload.tracked();
        Recovery recovery = Recovery.open(left, tracked.expected(), tracked.promisedEnd(), workload.config(), random);
        PartitionLog log = recovery.log();
        requireLasting(left, log, recovery.found());
        if (random.nextInt(8) == 0) {
            DerivedFiles.requireAsFromBatches(left, log, workload.config());
        }
    }

    /** What a recovery has found is durable, so neither a power cut at once nor another start changes anything. */
    private void requireLasting(MemoryDisk left, PartitionLog log, ExpectedLog found) {
        Map<String, ByteBuffer> before = left.contents();
        boolean isCut = random.nextBoolean();
        MemoryDisk again = isCut ? left.after(PowerCut.losingSome(random)) : left;
        String how = isCut ? "a power cut after recovery" : "a second recovery";
        PartitionLog second = PartitionLog.open(again, TrackedLog.DIRECTORY, log.topicId(), workload.config());
        LogChecks.requirePrefix(second, found, log.endOffset(), workload.config(), random);
        LogChecks.require(
                second.epochs().equals(log.epochs()), "%s changed epochs %s to %s", how, log.epochs(), second.epochs());
        LogChecks.require(!second.recovery().hasCut(), "%s cut the log", how);
        Map<String, ByteBuffer> changed = new TreeMap<>(again.contents());
        changed.entrySet().removeAll(before.entrySet());
        before.keySet().stream()
                .filter(path -> !again.exists(path))
                .forEach(path -> changed.put(path, ByteBuffer.allocate(0)));
        LogChecks.require(changed.isEmpty(), "%s changed %s", how, changed);
    }
}
