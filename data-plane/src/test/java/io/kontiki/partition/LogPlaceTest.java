package io.kontiki.partition;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.kontiki.log.LogConfig;
import io.kontiki.log.LogCopy;
import io.kontiki.log.PartitionLog;
import io.kontiki.record.RecordBatchBuilder;
import io.kontiki.storage.Disk;
import io.kontiki.storage.ForwardingDisk;
import io.kontiki.storage.StorageException;
import io.kontiki.storage.file.FileDisk;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A log moves from directory d1 to d2 while others read it. */
class LogPlaceTest {
    private static final UUID TOPIC = new UUID(1, 2);
    private static final int BATCHES = 30;

    @TempDir
    Path root;

    /** Something that happens at a rename of the second directory. */
    private interface AtRename {
        void on(String source, String target);
    }

    private final class WatchedDisk extends ForwardingDisk {
        WatchedDisk(Disk disk) {
            super(disk);
        }

        @Override
        public void rename(String source, String target) {
            atRename.on(source, target);
            super.rename(source, target);
        }
    }

    private volatile AtRename atRename = (source, target) -> {};
    private LogDir from;
    private LogDir to;
    private LogPlace place;

    @BeforeEach
    void fill() throws IOException {
        from = LogDir.online(new UUID(9, 1), "d1", disk("d1"), 0);
        to = LogDir.online(new UUID(9, 2), "d2", new WatchedDisk(disk("d2")), 0);
        PartitionLog log = PartitionLog.open(
                from.disk().orElseThrow(),
                "t-0",
                TOPIC,
                LogConfig.defaults().withSegmentBytes(1_024).withIndexIntervalBytes(100));
        for (int i = 0; i < BATCHES; i++) {
            append(log);
        }
        place = new LogPlace(new PartitionLogs.Placed(from, log));
    }

    private Disk disk(String name) throws IOException {
        return new FileDisk(Files.createDirectories(root.resolve(name)));
    }

    private static void append(PartitionLog log) {
        RecordBatchBuilder builder = new RecordBatchBuilder(1 << 20);
        builder.add(1_000, null, ByteBuffer.wrap("value".getBytes(StandardCharsets.UTF_8)), List.of());
        log.appendAsLeader(builder.build(), 3);
    }

    private LogCopy copied() {
        LogCopy copy = new LogCopy(place.log(), to.disk().orElseThrow());
        copy.catchUp(bytes -> true);
        return copy;
    }

    /** As a reader does: every offset there is. */
    private static long readAll(PartitionLog log) {
        long next = 0;
        while (next < BATCHES) {
            next = log.read(next, 1, BATCHES).endOffset();
        }
        return next;
    }

    @Test
    void aReaderDelaysNoExchangeAndReadsAgainWhereTheLogIs() throws Exception {
        PartitionLog old = place.log();
        CountDownLatch reading = new CountDownLatch(1);
        CountDownLatch moved = new CountDownLatch(1);
        AtomicInteger times = new AtomicInteger();
        CompletableFuture<PartitionLog> reader = CompletableFuture.supplyAsync(() -> place.read(log -> {
            if (times.getAndIncrement() == 0) {
                reading.countDown();
                await(moved);
            }
            readAll(log);
            return log;
        }));
        reading.await();
        place.exchange(copied(), to, Long.MAX_VALUE);
        moved.countDown();
        assertThat(reader.get(30, TimeUnit.SECONDS)).isSameAs(place.log()).isNotSameAs(old);
        assertThat(times).hasValue(2);
        assertThat(place.dir()).isSameAs(to);
    }

    /** A transaction index that cannot be found would mean that nothing was aborted. */
    @Test
    void whatWasReadWhileFilesGotOtherNamesDoesNotCount() throws Exception {
        LogCopy copy = copied();
        CountDownLatch read = new CountDownLatch(1);
        AtomicInteger times = new AtomicInteger();
        CompletableFuture<?>[] reader = new CompletableFuture<?>[1];
        atRename = (source, target) -> {
            reader[0] = CompletableFuture.supplyAsync(() -> place.read(log -> {
                times.incrementAndGet();
                read.countDown();
                return log;
            }));
            await(read);
        };
        place.exchange(copy, to, Long.MAX_VALUE);
        assertThat(reader[0].get(30, TimeUnit.SECONDS)).isSameAs(place.log());
        assertThat(times).hasValue(2);
    }

    @Test
    void readersGoOnWhileTheLogIsFinishedAndTheRestIsCopied() {
        PartitionLog log = place.log();
        log.finish();
        assertThat(readAll(log)).isEqualTo(BATCHES);
        assertThat(log.offsetForTimestamp(1_000)).isPresent();
        assertThatThrownBy(() -> append(log)).isInstanceOf(IllegalStateException.class);
        log.flush();
        log.close();
        assertThatThrownBy(() -> readAll(log)).isInstanceOf(StorageException.class);
    }

    @Test
    void aPublishedCopyThatDoesNotOpenLeavesOneLogAndTheNextMoveSucceeds() throws IOException {
        LogCopy copy = copied();
        atRename = (source, target) -> {
            if (source.endsWith(LogCopy.MOVING_SUFFIX)) {
                breakLog(source);
            }
        };
        assertThatThrownBy(() -> place.exchange(copy, to, Long.MAX_VALUE)).isInstanceOf(StorageException.class);
        assertThat(names("d2")).containsExactly("t-0." + TOPIC + LogCopy.MOVING_SUFFIX);
        assertThat(names("d1")).containsExactly("t-0");
        assertThat(place.dir()).isSameAs(from);
        append(place.log());
        assertThat(place.read(LogPlaceTest::readAll)).isEqualTo(BATCHES);

        copy.discard();
        atRename = (source, target) -> {};
        place.exchange(copied(), to, Long.MAX_VALUE);
        assertThat(names("d2")).containsExactly("t-0");
        assertThat(place.log().endOffset()).isEqualTo(BATCHES + 1);
    }

    @Test
    void aTargetThatFailsWhileItIsUndoneGoesOfflineAndTheLogGoesOn() throws IOException {
        LogCopy copy = copied();
        atRename = (source, target) -> {
            if (source.endsWith(LogCopy.MOVING_SUFFIX)) {
                breakLog(source);
            } else {
                throw new StorageException("rename", source, new IOException("Input/output error"));
            }
        };
        assertThatThrownBy(() -> place.exchange(copy, to, Long.MAX_VALUE)).isInstanceOf(StorageException.class);
        assertThat(to.isOffline()).isTrue();
        assertThat(place.dir()).isSameAs(from);
        assertThat(names("d1")).containsExactly("t-0");
        append(place.log());
    }

    /** Takes the newest segment away. */
    private void breakLog(String source) {
        Path copy = root.resolve("d2").resolve(source);
        try {
            String newest = names("d2/" + source).stream()
                    .filter(name -> name.endsWith(".log"))
                    .reduce((first, second) -> second)
                    .orElseThrow();
            Files.delete(copy.resolve(newest));
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }

    private List<String> names(String directory) throws IOException {
        try (var names = Files.list(root.resolve(directory))) {
            return names.map(path -> path.getFileName().toString()).sorted().toList();
        }
    }

    private static void await(CountDownLatch latch) {
        try {
            assertThat(latch.await(30, TimeUnit.SECONDS)).isTrue();
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }
}
