package io.kontiki.benchmark.log;

import io.kontiki.log.LogConfig;
import io.kontiki.log.LogSlice;
import io.kontiki.log.PartitionLog;
import java.io.IOException;
import java.util.SplittableRandom;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;

/** Reads of a log that lies in the page cache. */
public class ReadBenchmark {
    /** Batches of 16 KiB with records of 1 KiB, 1 MiB at a time. */
    @State(Scope.Thread)
    public static class Whole extends ReadLog {
        public Whole() {
            super(LogConfig.defaults(), 16 * Workspace.KIB, 1);
        }
    }

    /** The same in 1,000 segments. */
    @State(Scope.Thread)
    public static class ManySegments extends ReadLog {
        public ManySegments() {
            super(LogConfig.defaults().withSegmentBytes((int) (Workspace.bytes() / 1_000)), 16 * Workspace.KIB, 1);
        }
    }

    /** Small batches in one segment with an index of many entries. */
    @State(Scope.Thread)
    public static class SmallBatches extends ReadLog {
        public SmallBatches() {
            super(LogConfig.defaults(), Workspace.KIB + 200, Workspace.SMALL_LOG_PART);
        }
    }

    /** A log to read from. */
    public abstract static class ReadLog {
        private final SplittableRandom random = new SplittableRandom(1);
        private final LogConfig config;
        private final int batchBytes;
        private final int part;
        private Workspace workspace;
        private PartitionLog log;
        private long next;

        /** @param part of the usual bytes that the log has */
        ReadLog(LogConfig config, int batchBytes, int part) {
            this.config = config;
            this.batchBytes = batchBytes;
            this.part = part;
        }

        @Setup
        public void fill() {
            workspace = new Workspace();
            log = workspace.filled(config, Workspace.bytes() / part, Workspace.batch(Workspace.KIB, batchBytes));
            // The first look-up of a segment, which opens its files, is not what is measured.
            for (long offset = 0; offset < log.endOffset(); ) {
                offset = log.read(offset, Workspace.MIB, Long.MAX_VALUE).endOffset();
            }
        }

        LogSlice readRandomly(int bytes) {
            return log.read(random.nextLong(log.endOffset()), bytes, Long.MAX_VALUE);
        }

        LogSlice readOn(int bytes) {
            LogSlice slice = log.read(next, bytes, Long.MAX_VALUE);
            long behind = slice.endOffset();
            // A shorter one at the end would belie the figures per record.
            next = behind + behind - slice.startOffset() > log.endOffset() ? 0 : behind;
            return slice;
        }

        @TearDown
        public void close() throws IOException {
            log.close();
            workspace.close();
        }
    }

    @Benchmark
    public LogSlice sequential(Whole log) {
        return log.readOn(Workspace.MIB);
    }

    @Benchmark
    public LogSlice randomOfManySegments(ManySegments log) {
        return log.readRandomly(1);
    }

    /** One small batch: hardly more than finding it. */
    @Benchmark
    public LogSlice lookUp(SmallBatches log) {
        return log.readRandomly(1);
    }
}
