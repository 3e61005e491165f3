package io.kontiki.benchmark.versus;

import io.kontiki.localcluster.FileTree;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/**
 * Where all files of the command are, which go with it: also on Ctrl-C, when every process that was started here is killed
 * first. Belongs to the thread that makes it.
 */
final class WorkDirectory implements AutoCloseable {
    private static final long LOOK_MILLIS = 200;
    private static final int LOOKS_MAX = 100;

    private final Path root;
    private final Thread owner = Thread.currentThread();
    private final Thread atExit = new Thread(this::end, "versus-exit");
    private final CountDownLatch closed = new CountDownLatch(1);
    private volatile boolean ending;
    private int next;

    /** @param parent where it is made; it stays */
    WorkDirectory(Path parent) throws IOException {
        this.root = Files.createTempDirectory(Files.createDirectories(parent), "versus-");
        Runtime.getRuntime().addShutdownHook(atExit);
    }

    /** A new directory for one turn. */
    Path next(String name) throws IOException {
        if (ending) {
            throw new IOException("the command was ended");
        }
        return Files.createDirectories(root.resolve(next++ + "-" + name));
    }

    /** Whether somebody wants the command to end, so that what fails now means nothing. */
    boolean ending() {
        return ending;
    }

    void delete(Path turn) {
        FileTree.delete(turn);
    }

    /** Kills until the owner has noticed: it may be about to start another process. */
    private void end() {
        ending = true;
        owner.interrupt();
        try {
            for (int look = 0; look < LOOKS_MAX; look++) {
                kill();
                if (closed.await(LOOK_MILLIS, TimeUnit.MILLISECONDS)) {
                    break;
                }
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        leaveNothing();
    }

    private static void kill() {
        List<ProcessHandle> started = ProcessHandle.current().descendants().toList();
        started.forEach(ProcessHandle::destroyForcibly);
        started.forEach(process -> process.onExit().join());
    }

    private void leaveNothing() {
        kill();
        if (Files.exists(root)) {
            FileTree.delete(root);
        }
    }

    @Override
    public void close() {
        leaveNothing();
        closed.countDown();
        if (!ending) {
            Runtime.getRuntime().removeShutdownHook(atExit);
        }
    }
}
