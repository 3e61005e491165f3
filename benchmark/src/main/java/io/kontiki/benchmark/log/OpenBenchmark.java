package io.kontiki.benchmark.log;

import io.kontiki.log.CleanEnd;
import io.kontiki.log.LogConfig;
import io.kontiki.log.PartitionLog;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;

/** Opening a log of thousands of closed segments after a clean stop; cold where the system lets us drop its caches. */
@State(Scope.Thread)
public class OpenBenchmark {
    private static final Path DROP_CACHES = Path.of("/proc/sys/vm/drop_caches");
    private static final LogConfig CONFIG = LogConfig.defaults().withSegmentBytes(Workspace.KIB);
    private Workspace workspace;
    private PartitionLog opened;
    private CleanEnd cleanEnd;

    @Setup
    public void fill() {
        workspace = new Workspace();
        long bytes = 900L * Integer.getInteger(Workspace.SEGMENTS_PROPERTY);
        opened = workspace.filled(CONFIG, bytes, Workspace.batch(600, 900));
        cleanEnd = opened.cleanEnd();
        close();
    }

    /** Whether caches can be dropped here, so that opening is cold. */
    static boolean isCold() {
        return Files.isWritable(DROP_CACHES);
    }

    @Setup(Level.Invocation)
    public void dropCaches() throws IOException {
        if (isCold()) {
            Files.writeString(DROP_CACHES, "3");
        }
    }

    /** Without the flushes, which are another matter. */
    @Benchmark
    public long open() {
        opened = workspace.open(cleanEnd, CONFIG);
        return opened.endOffset();
    }

    /** Cleanly again. */
    @TearDown(Level.Invocation)
    public void close() {
        if (opened != null) {
            opened.close();
            opened = null;
        }
    }

    /** Names and sizes of the segment files alone. */
    @Benchmark
    public long list() throws IOException {
        long bytes = 0;
        try (Stream<Path> all = Files.list(workspace.logDirectory())) {
            List<Path> segments =
                    all.filter(path -> path.toString().endsWith(".log")).toList();
            for (Path segment : segments) {
                bytes += Files.size(segment);
            }
        }
        return bytes;
    }

    @TearDown
    public void delete() throws IOException {
        workspace.close();
    }
}
