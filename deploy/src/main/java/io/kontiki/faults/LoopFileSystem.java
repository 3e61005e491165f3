package io.kontiki.faults;

import io.kontiki.localcluster.FileTree;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;

/**
 * An ext4 file system of its own, in a file, to be broken. It is unmounted and deleted on {@link #close} or when this
 * process ends; what a killed process left behind, {@link Leftovers} takes away. Belongs to one thread.
 */
public final class LoopFileSystem implements AutoCloseable {
    private static final int UNMOUNT_TRIES = 50;
    private static final int FILL_TRIES = 20;
    private static final String BALLAST = "ballast";
    private static final int BLOCK_BYTES = 4096;
    private static final int FILLED_BY_WRITES = 256 << 10;

    /** What a power cut leaves. */
    public enum PowerCut {
        /** The system wrote everything just before. */
        AFTER_SYNC,
        /** It wrote the journal of the file system just before, but no data. */
        AFTER_JOURNAL,
        /** It wrote nothing. */
        AT_ONCE
    }

    private final Path directory;
    private final Path image;
    private final Path mountPoint;
    private final Thread atExit = new Thread(this::takeDown, "kontiki-faults-exit");
    private String device;
    private Process thawing;

    private LoopFileSystem(Path directory) {
        this.directory = directory;
        this.image = directory.resolve("disk.img");
        this.mountPoint = directory.resolve("mount");
    }

    /**
     * Makes and mounts an empty file system.
     *
     * @throws IllegalStateException if that cannot be done here
     */
    public static LoopFileSystem create(long bytes) {
        Tools.fileSystemsObstacle().ifPresent(obstacle -> {
            throw new IllegalStateException("no file system can be made: " + obstacle);
        });
        Leftovers.takeAway();
        try {
            LoopFileSystem made = new LoopFileSystem(Files.createTempDirectory(Leftovers.ownPrefix()));
            Runtime.getRuntime().addShutdownHook(made.atExit);
            made.format(bytes);
            return made;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private void format(long bytes) throws IOException {
        Files.createDirectory(mountPoint);
        try (FileChannel file = FileChannel.open(image, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE)) {
            file.write(ByteBuffer.wrap(new byte[1]), bytes - 1);
        }
        try {
            Tools.run("mkfs.ext4", "-q", "-F", "-m", "0", image.toString());
            mount();
        } catch (RuntimeException e) {
            close();
            throw e;
        }
    }

    private void mount() {
        device = Tools.run("losetup", "-f", "--show", image.toString());
        Tools.run("mount", "-t", "ext4", device, mountPoint.toString());
    }

    /** The root of the file system. */
    public Path root() {
        return mountPoint;
    }

    /** From now on every access fails, and what was not written is lost. */
    public void cutPower(PowerCut kind) {
        Tools.run(Tools.cutPower().toString(), mountPoint.toString(), Integer.toString(kind.ordinal()));
    }

    /** Unmounts and mounts again: after a power cut the journal is replayed. Nobody may have a file open. */
    public void remount() {
        unmount();
        mount();
    }

    /**
     * Lets every write and flush wait from now on, like a disk that hangs. A process of its own lets them go on, at the
     * latest after {@code longest}, whatever becomes of this one.
     */
    public void freeze(Duration longest) {
        String script = "trap '' INT TERM HUP; fsfreeze -f \"$2\" && echo frozen; sleep \"$1\"; fsfreeze -u \"$2\"";
        try {
            thawing = new ProcessBuilder(
                            "sh", "-c", script, "thaw", Long.toString(longest.toSeconds()), mountPoint.toString())
                    .redirectErrorStream(true)
                    .start();
            String said = thawing.inputReader().readLine();
            if (!"frozen".equals(said)) {
                throw new IllegalStateException(mountPoint + " cannot be frozen: " + said);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Lets writes go on. */
    public void thaw() {
        if (thawing != null) {
            thawing.descendants().forEach(ProcessHandle::destroyForcibly);
            thawing.destroyForcibly();
            thawing = null;
            Tools.attempt("fsfreeze", "-u", mountPoint.toString());
        }
    }

    /** Takes all room but so much, or less if somebody else writes meanwhile. */
    public void fillUpTo(long bytesLeft) throws IOException {
        for (int tries = 1; !reserveAllBut(bytesLeft); tries++) {
            if (tries == FILL_TRIES) {
                throw new IllegalStateException("no " + bytesLeft + " bytes could be left of " + mountPoint);
            }
        }
    }

    /** Others may take room between the look at what there is and the reservation, which is then refused. */
    private boolean reserveAllBut(long bytesLeft) throws IOException {
        Path ballast = mountPoint.resolve(BALLAST);
        long taken = Files.exists(ballast) ? Files.size(ballast) : 0;
        long usable = Files.getFileStore(mountPoint).getUsableSpace();
        return usable <= bytesLeft
                || Tools.attempt("fallocate", "-l", Long.toString(taken + usable - bytesLeft), ballast.toString())
                        .succeeded();
    }

    /** Takes all room, to the last block, as a writer that goes on until it is refused. */
    public void fill() throws IOException {
        makeRoom();
        fillUpTo(FILLED_BY_WRITES);
        try (FileChannel ballast = FileChannel.open(mountPoint.resolve(BALLAST), StandardOpenOption.APPEND)) {
            ByteBuffer block = ByteBuffer.allocateDirect(BLOCK_BYTES);
            while (true) {
                ballast.write(block.clear());
            }
        } catch (IOException full) {
            if (Files.getFileStore(mountPoint).getUsableSpace() > FILLED_BY_WRITES) {
                throw full;
            }
        }
    }

    /** Gives back what {@link #fillUpTo} or {@link #fill} took. */
    public void makeRoom() throws IOException {
        Files.deleteIfExists(mountPoint.resolve(BALLAST));
    }

    private void unmount() {
        for (int tries = 1; isMounted(); tries++) {
            // A process that was killed a moment ago may still hold a file.
            if (Tools.attempt("umount", mountPoint.toString()).succeeded()) {
                break;
            }
            if (tries == UNMOUNT_TRIES) {
                throw new IllegalStateException(mountPoint + " is in use");
            }
            pause();
        }
        detach();
        awaitReleased();
    }

    /**
     * Mounted a second time while somebody still has it, a file system is damaged. A mount namespace that was copied from
     * this one keeps it, for instance.
     */
    private void awaitReleased() {
        for (int tries = 1; !Tools.run("losetup", "-j", image.toString()).isEmpty(); tries++) {
            if (tries == UNMOUNT_TRIES) {
                throw new IllegalStateException(
                        mountPoint + " is unmounted here, and somebody else still has it mounted");
            }
            pause();
        }
    }

    private static void pause() {
        try {
            Thread.sleep(100);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted", e);
        }
    }

    private boolean isMounted() {
        return Tools.textOf(Path.of("/proc/mounts")).contains(" " + mountPoint + " ");
    }

    private void detach() {
        if (device != null) {
            Tools.attempt("losetup", "-d", device);
            device = null;
        }
    }

    @Override
    public void close() {
        try {
            Runtime.getRuntime().removeShutdownHook(atExit);
        } catch (IllegalStateException exiting) {
            return;
        }
        takeDown();
    }

    private void takeDown() {
        thaw();
        try {
            unmount();
        } catch (IllegalStateException inUse) {
            Tools.attempt("umount", "-l", mountPoint.toString());
            detach();
        }
        FileTree.delete(directory);
    }
}
