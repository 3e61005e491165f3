package io.kontiki.benchmark.versus;

import io.kontiki.localcluster.FileTree;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/**
 * Where all files of the command are, which go with it: also on Ctrl-C, when every process that was started here is killed
 * first.
 */
final class WorkDirectory implements AutoCloseable {
    private final Path root;
    private final Thread atExit = new Thread(this::leaveNothing, "versus-exit");
    private int next;

    /** @param parent where it is made; it stays */
    WorkDirectory(Path parent) throws IOException {
        this.root = Files.createTempDirectory(Files.createDirectories(parent), "versus-");
        Runtime.getRuntime().addShutdownHook(atExit);
    }

    /** A new directory for one turn. */
    Path next(String name) throws IOException {
        return Files.createDirectories(root.resolve(next++ + "-" + name));
    }

    void delete(Path turn) {
        FileTree.delete(turn);
    }

    private void leaveNothing() {
        List<ProcessHandle> started = ProcessHandle.current().descendants().toList();
        started.forEach(ProcessHandle::destroyForcibly);
        started.forEach(process -> process.onExit().join());
        if (Files.exists(root)) {
            FileTree.delete(root);
        }
    }

    @Override
    public void close() {
        leaveNothing();
        Runtime.getRuntime().removeShutdownHook(atExit);
    }
}
