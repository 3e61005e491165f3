package io.kontiki.benchmark.log;

import io.kontiki.log.AppendInfo;
import io.kontiki.log.LogConfig;
import io.kontiki.log.PartitionLog;
import java.io.IOException;
import java.nio.ByteBuffer;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;

/** One batch appended as leader. Nothing is flushed; the log begins anew before the system must write back. */
@State(Scope.Thread)
public class AppendBenchmark {
    @Param({"1024", "100"})
    public int recordBytes;

    @Param({"16384", "1048576"})
    public int batchBytes;

    private Workspace workspace;
    private PartitionLog log;
    private ByteBuffer batch;

    @Setup
    public void open() {
        workspace = new Workspace();
        log = workspace.open(LogConfig.defaults());
        batch = Workspace.batch(recordBytes, batchBytes);
    }

    @Benchmark
    public AppendInfo append() {
        if (log.sizeInBytes() > Workspace.bytes()) {
            log.truncateTo(0);
        }
        return log.appendAsLeader(batch, 0);
    }

    @TearDown
    public void close() throws IOException {
        log.close();
        workspace.close();
    }
}
