package io.kontiki.benchmark.versus.cluster;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;

/** The system's memory of the files below a directory. Belongs to one thread. */
public final class PageCache {
    /** Their files are in memory and nowhere else. */
    private static final Set<String> IN_MEMORY = Set.of("tmpfs", "ramfs");

    private static final Path DROP_ALL = Path.of("/proc/sys/vm/drop_caches");

    private final Path directory;

    /** @throws IOException if nothing below this directory can ever leave the memory */
    public PageCache(Path directory) throws IOException {
        this.directory = directory;
        String type = Files.getFileStore(directory).type();
        if (IN_MEMORY.contains(type)) {
            throw new IOException(directory + " is on a file system in memory (" + type
                    + "), where records never leave it; choose a --directory on a disk");
        }
    }

    /**
     * Forces each file to the disk and lets the system forget its pages; nobody may have them open. Of those files alone where
     * there is GNU {@code dd}, else of the whole machine, which needs root.
     *
     * @throws IOException if neither is possible
     */
    public void drop() throws IOException {
        for (Path file : files()) {
            if (!dropFile(file)) {
                dropAll();
                return;
            }
        }
    }

    private List<Path> files() throws IOException {
        try (Stream<Path> all = Files.walk(directory)) {
            return all.filter(Files::isRegularFile).toList();
        }
    }

    /** Java has no call for it, {@code dd} has: it writes nothing, and advises the system that the file is not needed. */
    private static boolean dropFile(Path file) throws IOException {
        try {
            return succeeds("dd", "of=" + file, "oflag=nocache", "conv=notrunc,fdatasync", "count=0", "status=none");
        } catch (IOException noSuchCommand) {
            return false;
        }
    }

    private static void dropAll() throws IOException {
        if (!Files.isWritable(DROP_ALL)) {
            throw new IOException(
                    "the page cache cannot be dropped: dd has no oflag=nocache here, and only root may write "
                            + DROP_ALL);
        }
        if (!succeeds("sync")) {
            throw new IOException("sync failed, so the page cache cannot be dropped");
        }
        Files.writeString(DROP_ALL, "3");
    }

    private static boolean succeeds(String... command) throws IOException {
        Process process = new ProcessBuilder(command)
                .redirectInput(new File("/dev/null"))
                .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                .redirectError(ProcessBuilder.Redirect.DISCARD)
                .start();
        try {
            return process.waitFor() == 0;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted", e);
        }
    }

    /** Bytes of the logs' segments, which both systems name alike. */
    public long segmentBytes() throws IOException {
        long sum = 0;
        for (Path file : files()) {
            if (file.toString().endsWith(".log")) {
                sum += Files.size(file);
            }
        }
        return sum;
    }
}
