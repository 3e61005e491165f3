package io.kontiki.storage.file;

import io.kontiki.storage.Disk;
import io.kontiki.storage.DiskFile;
import io.kontiki.storage.DiskFullException;
import io.kontiki.storage.StorageException;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.stream.Stream;

/** A directory of this machine as a {@link Disk}. */
public final class FileDisk implements Disk {
    private final Path root;

    /** @param root an existing directory */
    public FileDisk(Path root) {
        this.root = root.toAbsolutePath().normalize();
    }

    @Override
    public DiskFile open(String path) {
        return attempt(
                "open",
                path,
                () -> new ChannelFile(
                        path,
                        FileChannel.open(
                                resolve(path),
                                StandardOpenOption.CREATE,
                                StandardOpenOption.READ,
                                StandardOpenOption.WRITE)));
    }

    @Override
    public boolean exists(String path) {
        return Files.exists(resolve(path));
    }

    @Override
    public List<String> list(String directory) {
        return attempt("list", directory, () -> {
            try (Stream<Path> entries = Files.list(resolve(directory))) {
                return entries.map(entry -> entry.getFileName().toString())
                        .sorted()
                        .toList();
            }
        });
    }

    @Override
    public void createDirectory(String directory) {
        attempt("create directory", directory, () -> Files.createDirectories(resolve(directory)));
    }

    @Override
    public void delete(String path) {
        attempt("delete", path, () -> Files.deleteIfExists(resolve(path)));
    }

    @Override
    public void rename(String source, String target) {
        attempt(
                "rename to " + target,
                source,
                () -> Files.move(
                        resolve(source),
                        resolve(target),
                        StandardCopyOption.ATOMIC_MOVE,
                        StandardCopyOption.REPLACE_EXISTING));
    }

    @Override
    public void forceDirectory(String directory) {
        attempt("flush directory", directory, () -> {
            try (FileChannel channel = FileChannel.open(resolve(directory), StandardOpenOption.READ)) {
                channel.force(true);
                return directory;
            }
        });
    }

    @Override
    public long usableBytes() {
        return attempt(
                "ask for the free space of", "", () -> Files.getFileStore(root).getUsableSpace());
    }

    private Path resolve(String path) {
        Path resolved = root.resolve(path).normalize();
        if (!resolved.startsWith(root)) {
            throw new StorageException("use", path, new IllegalArgumentException("it leads out of the disk's root"));
        }
        return resolved;
    }

    private interface Attempt<T> {
        T run() throws IOException;
    }

    private static <T> T attempt(String operation, String path, Attempt<T> attempt) {
        try {
            return attempt.run();
        } catch (IOException e) {
            throw NoSpace.isCauseOf(e)
                    ? new DiskFullException(operation, path, e)
                    : new StorageException(operation, path, e);
        }
    }
}
