package io.kontiki.simulation.log;

import io.kontiki.log.LogConfig;
import io.kontiki.log.PartitionLog;
import io.kontiki.log.TimestampOffset;
import io.kontiki.record.RecordBatchBuilder;
import io.kontiki.simulation.MemoryDisk;
import io.kontiki.storage.DiskFile;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.UUID;

/** A sound log of a few segments and epochs with all its files, to be spoilt. */
final class SampleLog {
    private static final String DIRECTORY = "t-0";
    private static final UUID TOPIC = new UUID(1, 2);
    private static final LogConfig CONFIG =
            LogConfig.defaults().withSegmentBytes(1024).withIndexIntervalBytes(100);
    private static final int BATCHES = 40;
    private static final int MILLIS_PER_BATCH = 10;

    private final Map<String, ByteBuffer> files;
    private final PartitionLog sound;
    private final List<ByteBuffer> batches;

    SampleLog() {
        MemoryDisk disk = new MemoryDisk();
        PartitionLog log = open(disk);
        for (int i = 0; i < BATCHES; i++) {
            RecordBatchBuilder builder = new RecordBatchBuilder(1024);
            builder.add(i * MILLIS_PER_BATCH, null, ByteBuffer.allocate(20), List.of());
            builder.add(i * MILLIS_PER_BATCH + 4, ByteBuffer.allocate(3), null, List.of());
            log.appendAsLeader(builder.build(i % 2, (short) 0, i / 2 * 2), i / 10);
        }
        log.close();
        files = disk.contents();
        sound = open(disk);
        batches = LogChecks.readAll(sound, new SplittableRandom(1));
    }

    static String path(String name) {
        return DIRECTORY + "/" + name;
    }

    /** The offset in the name of a file. */
    static long offsetOf(String path) {
        return Long.parseLong(path.substring(path.indexOf('/') + 1, path.indexOf('.')));
    }

    /** Paths of the files whose names end like that, sorted. */
    List<String> files(String suffix) {
        return files.keySet().stream().filter(path -> path.endsWith(suffix)).toList();
    }

    /** Empty if there is no such file. */
    byte[] content(String path) {
        return FuzzedBatches.bytesOf(files.getOrDefault(path, ByteBuffer.allocate(0)));
    }

    /** The log's disk, with another content in one file. */
    MemoryDisk diskWith(String path, byte[] content) {
        MemoryDisk disk = new MemoryDisk();
        disk.createDirectory(DIRECTORY);
        files.forEach((each, bytes) -> write(disk, each, each.equals(path) ? ByteBuffer.wrap(content) : bytes));
        if (!files.containsKey(path)) {
            write(disk, path, ByteBuffer.wrap(content));
        }
        return disk;
    }

    private static void write(MemoryDisk disk, String path, ByteBuffer content) {
        try (DiskFile file = disk.open(path)) {
            file.append(content.duplicate());
        }
    }

    PartitionLog open(MemoryDisk disk) {
        return PartitionLog.open(disk, DIRECTORY, TOPIC, CONFIG);
    }

    List<ByteBuffer> batches() {
        return batches;
    }

    /** All timestamps are below it. */
    long endTime() {
        return BATCHES * MILLIS_PER_BATCH;
    }

    Optional<TimestampOffset> offsetForTimestamp(long time) {
        return sound.offsetForTimestamp(time);
    }
}
