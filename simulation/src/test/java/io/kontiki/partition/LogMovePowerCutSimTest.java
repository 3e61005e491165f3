package io.kontiki.partition;

import static org.assertj.core.api.Assertions.assertThat;

import io.kontiki.log.LogConfig;
import io.kontiki.log.LogCopy;
import io.kontiki.log.LogSlice;
import io.kontiki.log.PartitionLog;
import io.kontiki.metadata.TopicConfig;
import io.kontiki.metadata.TopicPartition;
import io.kontiki.record.RecordBatch;
import io.kontiki.record.RecordBatchBuilder;
import io.kontiki.record.RecordBatches;
import io.kontiki.simulation.MemoryDisk;
import io.kontiki.simulation.PowerCut;
import io.kontiki.storage.StorageException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.UUID;
import org.junit.jupiter.api.Test;

/**
 * A log moves from one disk to another; the second disk may fail meanwhile, for once or for good. At each change of either
 * disk the power goes, which loses bytes and names that no flush covers, and the next start has to find one log that holds
 * all that was flushed; so has the start after that one.
 */
class LogMovePowerCutSimTest {
    private static final TopicPartition ID = new TopicPartition(new UUID(1, 2), 0);
    private static final UUID OLD = new UUID(9, 1);
    private static final UUID NEW = new UUID(9, 2);
    private static final LogConfig CONFIG =
            LogConfig.defaults().withSegmentBytes(1_024).withIndexIntervalBytes(150);
    private static final int CUTS_PER_CHANGE = 2;

    private enum Fault {
        NONE,
        ONCE,
        FOR_GOOD
    }

    private SplittableRandom random;
    private MemoryDisk from;
    private MemoryDisk to;
    private final List<String> appended = new ArrayList<>();
    private int flushed;
    /** What the quorum has. */
    private UUID assigned;

    private Fault fault;
    private long changesUntilFault;
    private long cuts;
    private long foundNew;
    private long failedMoves;

    @Test
    void everyPowerCutLeavesOneLogWithAllThatWasFlushed() {
        Long given = Long.getLong("sim.seed");
        long first = given == null ? 1 : given;
        long last = given == null ? Long.getLong("sim.seeds", 30) : given;
        for (long seed = first; seed <= last; seed++) {
            try {
                move(seed);
            } catch (RuntimeException | AssertionError e) {
                throw new AssertionError("failed with -Dsim.seed=" + seed, e);
            }
        }
        assertThat(cuts).isGreaterThan(100 * (last - first + 1));
        if (given == null) {
            assertThat(foundNew).isPositive();
            assertThat(failedMoves).isPositive();
        }
    }

    private void move(long seed) {
        random = new SplittableRandom(seed);
        fault = Fault.values()[(int) (seed % Fault.values().length)];
        changesUntilFault = Long.MAX_VALUE;
        from = new MemoryDisk();
        to = new MemoryDisk();
        appended.clear();
        flushed = 0;
        assigned = OLD;
        LogDir source = LogDir.online(OLD, "d1", from, 0);
        LogDir target = LogDir.online(NEW, "d2", to, 0);
        PartitionLog log = PartitionLog.open(from, "t-0", ID.topicId(), CONFIG);
        append(log, 20 + random.nextInt(20));
        LogPlace place = new LogPlace(new PartitionLogs.Placed(source, log));
        from.watch((operation, path) -> cutPower());
        to.watch((operation, path) -> {
            cutPower();
            failNow(operation, path);
        });

        LogCopy copy = new LogCopy(log, to);
        copy.catchUp(bytes -> true);
        append(log, random.nextInt(10));
        changesUntilFault = fault == Fault.NONE ? Long.MAX_VALUE : random.nextInt(30);
        boolean moved = hasMoved(place, copy, target);
        append(place.log(), 1 + random.nextInt(10));
        if (moved) {
            assigned = NEW;
            LogCopy.delete(from, "t-0." + ID.topicId() + LogCopy.MOVED_SUFFIX);
        }
        append(place.log(), 3);
        place.log().close();
    }

    private boolean hasMoved(LogPlace place, LogCopy copy, LogDir target) {
        boolean moved = false;
        try {
            moved = place.exchange(copy, target, Long.MAX_VALUE);
        } catch (StorageException e) {
            assertThat(e).hasStackTraceContaining("the second disk fails");
            failedMoves++;
        }
        if (moved || fault == Fault.ONCE) {
            changesUntilFault = Long.MAX_VALUE;
        }
        return moved;
    }

    private void failNow(String operation, String path) {
        if (changesUntilFault == Long.MAX_VALUE) {
            return;
        }
        if (changesUntilFault-- <= 0) {
            changesUntilFault = fault == Fault.ONCE ? Long.MAX_VALUE : 0;
            throw new StorageException(operation, path, new IOException("the second disk fails"));
        }
    }

    private void append(PartitionLog log, int count) {
        for (int i = 0; i < count; i++) {
            String value = "v" + appended.size() + "x".repeat(random.nextInt(60));
            RecordBatchBuilder builder = new RecordBatchBuilder(1 << 20);
            builder.add(1_000, null, ByteBuffer.wrap(value.getBytes(StandardCharsets.UTF_8)), List.of());
            appended.add(value);
            log.appendAsLeader(builder.build(7, (short) 0, appended.size() - 1), 3);
            if (random.nextInt(3) == 0) {
                flush(log);
            }
        }
        flush(log);
    }

    private void flush(PartitionLog log) {
        log.flush();
        flushed = appended.size();
    }

    private void cutPower() {
        for (int i = 0; i < CUTS_PER_CHANGE; i++) {
            cuts++;
            MemoryDisk first = from.after(PowerCut.losingSome(random));
            MemoryDisk second = to.after(PowerCut.losingSome(random));
            UUID found = start(first, second);
            // What was found is whole, so that even a cut right after it changes nothing.
            assertThat(start(first.after(PowerCut.losingSome(random)), second.after(PowerCut.losingSome(random))))
                    .isEqualTo(found);
            foundNew += found.equals(NEW) ? 1 : 0;
        }
    }

    /** @return the directory whose log is used */
    private UUID start(MemoryDisk first, MemoryDisk second) {
        LogDir source = LogDir.online(OLD, "d1", first, 0);
        LogDir target = LogDir.online(NEW, "d2", second, 0);
        PartitionLogs logs = new PartitionLogs(List.of(source, target), CONFIG, 1, damaged -> {}, Threads.system());
        PartitionLogs.Recovery recovery = logs.recover(dir -> Optional.empty());
        assertThat(recovery.damaged()).isEmpty();
        assertThat(logs.isIn(ID, assigned) || logs.isMovedFrom(ID, assigned))
                .as("the log is where the quorum has it, or moved from there")
                .isTrue();
        PartitionLogs.Placed taken =
                logs.takeRecovered(ID, TopicConfig.DEFAULTS, assigned).orElseThrow();
        List<String> values = values(taken.log());
        assertThat(values).hasSizeGreaterThanOrEqualTo(flushed);
        assertThat(values).isEqualTo(appended.subList(0, values.size()));
        taken.log().close();
        return taken.dir().id().orElseThrow();
    }

    private static List<String> values(PartitionLog log) {
        List<String> values = new ArrayList<>();
        for (long next = 0; next < log.endOffset(); ) {
            LogSlice slice = log.read(next, 4096, Long.MAX_VALUE);
            for (RecordBatch batch : RecordBatches.of(slice.bytes())) {
                batch.forEach(record -> values.add(StandardCharsets.UTF_8
                        .decode(record.value().duplicate())
                        .toString()));
            }
            next = slice.endOffset();
        }
        return values;
    }
}
