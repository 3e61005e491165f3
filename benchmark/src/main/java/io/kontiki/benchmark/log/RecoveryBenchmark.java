package io.kontiki.benchmark.log;

import io.kontiki.log.LogConfig;
import io.kontiki.log.PartitionLog;
import java.io.IOException;
import java.nio.ByteBuffer;
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

    /** The checksum of as many bytes alone, from memory. */
    @Benchmark
    public long checksum() {
        CRC32C crc = new CRC32C();
        for (long done = 0; done < Workspace.bytes(); done += piece.capacity()) {
            crc.update(piece.clear());
        }
        return crc.getValue();
    }

    @TearDown
    public void delete() throws IOException {
        workspace.close();
    }
}
