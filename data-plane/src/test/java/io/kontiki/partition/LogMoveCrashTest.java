package io.kontiki.partition;

import static org.assertj.core.api.Assertions.assertThat;

import io.kontiki.log.DamagedLogException;
import io.kontiki.log.LogConfig;
import io.kontiki.log.LogCopy;
import io.kontiki.log.LogFailedException;
import io.kontiki.log.PartitionLog;
import io.kontiki.metadata.TopicConfig;
import io.kontiki.metadata.TopicPartition;
import io.kontiki.record.RecordBatchBuilder;
import io.kontiki.storage.Disk;
import io.kontiki.storage.DiskFile;
import io.kontiki.storage.StorageException;
import io.kontiki.storage.file.FileDisk;
import java.io.IOException;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Stops the process at each operation on either disk, and looks what the next start makes of what is left. */
class LogMoveCrashTest {
    private static final Set<String> CHANGES = Set.of(
            "createDirectory", "delete", "rename", "forceDirectory", "writeAtomically", "append", "truncate", "force");
    private static final TopicPartition ID = new TopicPartition(new UUID(1, 2), 0);
    private static final UUID OLD = new UUID(9, 1);
    private static final UUID NEW = new UUID(9, 2);

    @TempDir
    Path root;

    /** Of both disks. */
    private int left;

    private int stops;

    private void count(String method) {
        if (CHANGES.contains(method) && left-- <= 0) {
            stops++;
            throw new StorageException(method, "", new IOException("the process has ended"));
        }
    }

    private Disk stopping(Disk disk) {
        return proxy(Disk.class, disk);
    }

    private <T> T proxy(Class<T> type, T target) {
        return type.cast(Proxy.newProxyInstance(type.getClassLoader(), new Class<?>[] {type}, (self, method, args) -> {
            count(method.getName());
            try {
                Object result = method.invoke(target, args);
                return result instanceof DiskFile file ? proxy(DiskFile.class, file) : result;
            } catch (InvocationTargetException e) {
                throw e.getCause();
            }
        }));
    }

    private static ByteBuffer batch(int number) {
        RecordBatchBuilder builder = new RecordBatchBuilder(1 << 20);
        builder.add(1_000 + number, null, ByteBuffer.wrap(("v" + number).getBytes(StandardCharsets.UTF_8)), List.of());
        return builder.build();
    }

    private static void append(PartitionLog log, int count) {
        for (int i = 0; i < count; i++) {
            log.appendAsLeader(batch(i), 3);
        }
    }

    private static Disk disk(Path path) throws IOException {
        return new FileDisk(Files.createDirectories(path));
    }

    /** @return end of what was made durable, and so acknowledged */
    private long move(Path at) throws IOException {
        long acknowledged = 0;
        LogDir from = LogDir.online(OLD, "d1", stopping(disk(at.resolve("d1"))), 0);
        LogDir to = LogDir.online(NEW, "d2", stopping(disk(at.resolve("d2"))), 0);
        LogConfig config = LogConfig.defaults().withSegmentBytes(1_024);
        try {
            PartitionLog log = PartitionLog.open(from.disk().orElseThrow(), "t-0", ID.topicId(), config);
            append(log, 30);
            acknowledged = log.flush();
            LogCopy copy = new LogCopy(log, to.disk().orElseThrow());
            copy.catchUp(bytes -> true);
            append(log, 5);
            acknowledged = log.flush();
            LogPlace place = new LogPlace(new PartitionLogs.Placed(from, log));
            place.exchange(copy, to, Long.MAX_VALUE);
            append(place.log(), 7);
            acknowledged = place.log().flush();
            LogCopy.delete(from.disk().orElseThrow(), "t-0." + ID.topicId() + LogCopy.MOVED_SUFFIX);
        } catch (StorageException
                | LogFailedException
                | DamagedLogException
                | LogPlace.BrokenLogException
                | IllegalStateException stopped) {
            assertThat(stops).isPositive();
        }
        return acknowledged;
    }

    @Test
    void whereverTheProcessStopsTheLogThatCountsIsWhole() throws IOException {
        boolean ended = false;
        int moved = 0;
        for (int after = 0; !ended; after++) {
            left = after;
            stops = 0;
            Path at = root.resolve("run-" + after);
            long acknowledged = move(at);
            ended = stops == 0;
            LogDir from = LogDir.online(OLD, "d1", disk(at.resolve("d1")), 0);
            LogDir to = LogDir.online(NEW, "d2", disk(at.resolve("d2")), 0);
            PartitionLogs logs =
                    new PartitionLogs(List.of(from, to), LogConfig.defaults(), 1, damaged -> {}, Threads.system());
            logs.recover(dir -> Optional.empty());
            boolean isThere = logs.isIn(ID, OLD) || logs.isMovedFrom(ID, OLD) || logs.isIn(ID, NEW);
            assertThat(isThere || acknowledged == 0).as("stop after %d", after).isTrue();
            if (acknowledged > 0 && !ended) {
                // Until the quorum knows of the new directory, which it is told last of all.
                assertThat(logs.isIn(ID, OLD) ^ logs.isIn(ID, NEW))
                        .as("one log, stop after %d", after)
                        .isTrue();
                moved += logs.isIn(ID, NEW) ? 1 : 0;
                PartitionLogs.Placed taken =
                        logs.takeRecovered(ID, TopicConfig.DEFAULTS, OLD).orElseThrow();
                assertThat(taken.log().endOffset()).as("stop after %d", after).isGreaterThanOrEqualTo(acknowledged);
                taken.log().close();
            }
        }
        assertThat(moved).isPositive();
    }
}
