package io.kontiki.benchmark.log;

import io.kontiki.log.LogConfig;
import io.kontiki.log.PartitionLog;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.util.zip.CRC32C;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;

/** Opening a log of which nothing is known to be durable: every batch is verified. */
@State(Scope.Thread)
public class RecoveryBenchmark {
    private final ByteBuffer piece = ByteBuffer.allocateDirect(Workspace.MIB);
    private ByteBuffer whole = ByteBuffer.allocate(0);
    private Workspace workspace;

    @Setup
    public void fill() {
        workspace = new Workspace();
        workspace
                .filled(LogConfig.defaults(), Workspace.bytes(), Workspace.batch(Workspace.KIB, 16 * Workspace.KIB))
                .close();
    }

    @Setup(Level.Invocation)
    public void forget() throws IOException {
        Files.deleteIfExists(workspace.logDirectory().resolve("offset-checkpoint"));
    }

    @Benchmark
    public void scan() {
        PartitionLog log = workspace.open(LogConfig.defaults());
        if (log.recovery().scannedBytes() < Workspace.bytes()) {
            throw new IllegalStateException("only " + log.recovery().scannedBytes() + " bytes were scanned");
        }
        log.close();
    }

    /** The checksum of as many bytes alone, each read from memory once: no cache holds them. */
    @Benchmark
    public long checksum() {
        if (whole.capacity() == 0) {
            // The first shot only warms up.
            whole = ByteBuffer.allocateDirect((int) Workspace.bytes());
        }
        CRC32C crc = new CRC32C();
        crc.update(whole.clear());
        return crc.getValue();
    }

    /** The segment's file read from its start to its end. */
    @Benchmark
    public long read() throws IOException {
        return readWith(new CRC32C(), false);
    }

    /** The same, and the checksum of what was read. */
    @Benchmark
    public long readAndChecksum() throws IOException {
        return readWith(new CRC32C(), true);
    }

    private long readWith(CRC32C crc, boolean summed) throws IOException {
        try (FileChannel segment = FileChannel.open(workspace.logDirectory().resolve("00000000000000000000.log"))) {
            long bytes = 0;
            for (int read = segment.read(piece.clear()); read > 0; read = segment.read(piece.clear())) {
                bytes += read;
                if (summed) {
                    crc.update(piece.flip());
                }
            }
            return bytes + crc.getValue();
        }
    }

    @TearDown
    public void delete() throws IOException {
        workspace.close();
    }
}
