package io.kontiki.benchmark.log;

import io.kontiki.log.CleanEnd;
import io.kontiki.log.LogConfig;
import io.kontiki.log.PartitionLog;
import io.kontiki.log.RecoveryListener;
import io.kontiki.record.RecordBatchBuilder;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.UUID;
import java.util.stream.Stream;

/** A directory for one benchmark, deleted at its end, and what is measured in it. */
final class Workspace implements AutoCloseable {
    /** Set by {@link LogBenchmarks} for the measured processes. */
    static final String DIRECTORY_PROPERTY = "kontiki.benchmark.directory";

    /** Bytes that logs and files have to read from, or may grow to before they begin anew. */
    static final String BYTES_PROPERTY = "kontiki.benchmark.bytes";

    /** Segments of the log that is opened. */
    static final String SEGMENTS_PROPERTY = "kontiki.benchmark.segments";

    static final int KIB = 1024;
    static final int MIB = 1024 * KIB;

    /** The log of small batches has only a part of the usual bytes. */
    static final int SMALL_LOG_PART = 4;

    /** Bytes of batches between two index entries, nearly. */
    static final int INDEX_INTERVAL = LogConfig.defaults().indexIntervalBytes();

    private static final UUID TOPIC = new UUID(1, 2);
    private static final String LOG = "log-0";

    private final Path root;

    Workspace() {
        try {
            root = Files.createTempDirectory(Path.of(System.getProperty(DIRECTORY_PROPERTY)), "log-");
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    static long bytes() {
        return Long.getLong(BYTES_PROPERTY);
    }

    Path root() {
        return root;
    }

    /** A new file, to be written and read. */
    FileChannel file(String name) throws IOException {
        return FileChannel.open(
                root.resolve(name), StandardOpenOption.CREATE, StandardOpenOption.READ, StandardOpenOption.WRITE);
    }

    Path logDirectory() {
        return root.resolve(LOG);
    }

    PartitionLog open(LogConfig config) {
        return PartitionLog.open(UnflushedDisk.in(root), LOG, TOPIC, config);
    }

    /** Opens what a clean stop vouches for. */
    PartitionLog open(CleanEnd end, LogConfig config) {
        return PartitionLog.open(UnflushedDisk.in(root), LOG, TOPIC, config, Optional.of(end), RecoveryListener.NONE);
    }

    /** A log of that many bytes in equal batches. */
    PartitionLog filled(LogConfig config, long bytes, ByteBuffer batch) {
        PartitionLog log = open(config);
        while (log.sizeInBytes() < bytes) {
            for (int i = 0; i < 100; i++) {
                log.appendAsLeader(batch, 0);
            }
        }
        log.flush();
        log.checkpoint();
        return log;
    }

    /** Records that {@link #batch} puts into one. */
    static int records(int recordBytes, int batchBytes) {
        return Math.max(1, (batchBytes - 200) / (recordBytes + 20));
    }

    /** As many records as fit, of random bytes. */
    static ByteBuffer batch(int recordBytes, int batchBytes) {
        RecordBatchBuilder builder = new RecordBatchBuilder(batchBytes);
        byte[] value = new byte[recordBytes];
        new SplittableRandom(recordBytes).nextBytes(value);
        for (int records = records(recordBytes, batchBytes); records > 0; records--) {
            builder.add(1_000, null, ByteBuffer.wrap(value), List.of());
        }
        return builder.build();
    }

    /** Deletes everything. */
    @Override
    public void close() throws IOException {
        try (Stream<Path> all = Files.walk(root)) {
            for (Path path : all.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(path);
            }
        }
    }
}
