package io.kontiki.benchmark.log;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.util.Arrays;
import java.util.SplittableRandom;
import java.util.stream.LongStream;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;

/** What a file alone allows who reads: one file as big as the log, which lies in the page cache. */
@State(Scope.Thread)
public class PlainReadBenchmark {
    private final SplittableRandom random = new SplittableRandom(1);
    private final ByteBuffer whole = ByteBuffer.allocateDirect(Workspace.MIB);
    private final ByteBuffer batch = ByteBuffer.allocateDirect(16 * Workspace.KIB);
    private final ByteBuffer smallBatch = ByteBuffer.allocateDirect(Workspace.KIB);
    private Workspace workspace;
    private FileChannel file;
    private long position;
    private long size;
    private long[] keys;

    @Setup
    public void fill() throws IOException {
        workspace = new Workspace();
        file = workspace.file("read");
        while (size < Workspace.bytes()) {
            size += file.write(whole.clear());
        }
        keys = LongStream.range(0, Workspace.bytes() / Workspace.SMALL_LOG_PART / Workspace.INDEX_INTERVAL)
                .map(key -> 4 * key)
                .toArray();
    }

    /** Into the same memory each time. */
    @Benchmark
    public int sequential() throws IOException {
        return file.read(whole.clear(), next());
    }

    /** Into new memory on the heap, which is the reader's own as what the log gives is. */
    @Benchmark
    public ByteBuffer sequentialIntoNewMemory() throws IOException {
        ByteBuffer own = ByteBuffer.allocate(Workspace.MIB);
        file.read(own, next());
        return own;
    }

    private long next() {
        position = position + Workspace.MIB < size ? position + Workspace.MIB : 0;
        return position;
    }

    @Benchmark
    public int random16KiB() throws IOException {
        return file.read(batch.clear(), random.nextLong(size - batch.capacity()));
    }

    @Benchmark
    public int random1KiB() throws IOException {
        return file.read(smallBatch.clear(), random.nextLong(size - smallBatch.capacity()));
    }

    /** Among as many numbers as the index has entries. */
    @Benchmark
    public int binarySearch() {
        return Arrays.binarySearch(keys, random.nextLong(4L * keys.length));
    }

    @TearDown
    public void close() throws IOException {
        file.close();
        workspace.close();
    }
}
