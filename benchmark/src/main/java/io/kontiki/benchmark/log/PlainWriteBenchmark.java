package io.kontiki.benchmark.log;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;

/** What a file alone allows who appends: pieces written from one buffer outside the heap, nothing flushed. */
@State(Scope.Thread)
public class PlainWriteBenchmark {
    @Param({"16384", "1048576"})
    public int pieceBytes;

    private Workspace workspace;
    private FileChannel file;
    private ByteBuffer piece;

    @Setup
    public void open() throws IOException {
        workspace = new Workspace();
        file = workspace.file("written");
        piece = ByteBuffer.allocateDirect(pieceBytes);
    }

    @Benchmark
    public int write() throws IOException {
        if (file.position() > Workspace.bytes()) {
            file.truncate(0);
        }
        return file.write(piece.clear());
    }

    @TearDown
    public void close() throws IOException {
        file.close();
        workspace.close();
    }
}
