package io.kontiki.benchmark.log;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.StandardOpenOption;
import java.util.SplittableRandom;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;

/** What a file alone allows: pieces written and read through one buffer outside the heap. */
@State(Scope.Thread)
public class PlainFileBenchmark {
    @Param({"16384", "1048576"})
    public int pieceBytes;

    private final SplittableRandom random = new SplittableRandom(1);
    private Workspace workspace;
    private FileChannel written;
    private FileChannel read;
    private ByteBuffer piece;
    private long position;
    private long size;

    @Setup
    public void open() throws IOException {
        workspace = new Workspace();
        written = create("written");
        read = create("read");
        piece = ByteBuffer.allocateDirect(pieceBytes);
        while (size < Workspace.bytes()) {
            size += read.write(piece.clear());
        }
    }

    private FileChannel create(String name) throws IOException {
        return FileChannel.open(
                workspace.root().resolve(name),
                StandardOpenOption.CREATE,
                StandardOpenOption.READ,
                StandardOpenOption.WRITE);
    }

    @Benchmark
    public int write() throws IOException {
        if (written.position() > Workspace.bytes()) {
            written.truncate(0);
        }
        return written.write(piece.clear());
    }

    @Benchmark
    public int readSequentially() throws IOException {
        position = position + pieceBytes > size - pieceBytes ? 0 : position + pieceBytes;
        return read.read(piece.clear(), position);
    }

    @Benchmark
    public int readRandomly() throws IOException {
        return read.read(piece.clear(), random.nextLong(size - pieceBytes));
    }

    @TearDown
    public void close() throws IOException {
        written.close();
        read.close();
        workspace.close();
    }
}
