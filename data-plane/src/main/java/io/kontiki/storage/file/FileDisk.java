package io.kontiki.storage.file;

import io.kontiki.storage.Disk;
import io.kontiki.storage.DiskFile;
import io.kontiki.storage.StorageException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.List;
import java.util.stream.Stream;

/** A directory of this machine as a {@link Disk}. */
public final class FileDisk implements Disk {
    /** Files that hold a descriptor at a time, unless more than these have unflushed bytes. */
    public static final int OPEN_FILES_MAX_DEFAULT = 5_000;

    private final Path root;
    private final OpenFiles openFiles;

    /** @param root an existing directory */
    public FileDisk(Path root) {
        this(root, OPEN_FILES_MAX_DEFAULT);
    }

    /**
     * @param root an existing directory
     * @param openFilesMax files that may hold a descriptor at a time, at least 1; those with unflushed bytes may exceed it
     */
    public FileDisk(Path root, int openFilesMax) {
        this.root = root.toAbsolutePath().normalize();
        this.openFiles = new OpenFiles(openFilesMax);
    }

    /** Descriptors that the disk's files hold now. Any thread. */
    public int openFiles() {
        return openFiles.count();
    }

    @Override
    public DiskFile open(String path) {
        return attempt("open", path, () -> {
            Path file = resolve(path);
            return new ChannelFile(this, path, file, openFiles, sizeOfNewOrOld(file));
        });
    }

    /** One question to the file system for a file that is there; it is opened when it is used. */
    private static long sizeOfNewOrOld(Path file) throws IOException {
        BasicFileAttributes attributes;
        try {
            attributes = Files.readAttributes(file, BasicFileAttributes.class);
        } catch (NoSuchFileException notThere) {
            FileChannel.open(file, StandardOpenOption.CREATE, StandardOpenOption.WRITE)
                    .close();
            return 0;
        }
        if (attributes.isDirectory()) {
            throw new FileSystemException(file.toString(), null, "it is a directory");
        }
        return attributes.size();
    }

    /** Opened once, where any other file is looked at, made and opened when it is used. */
    @Override
    public void writeSmall(String path, byte[] content) {
        try (FileChannel channel = attempt(
                "open",
                path,
                () -> FileChannel.open(
                        resolve(path),
                        StandardOpenOption.CREATE,
                        StandardOpenOption.TRUNCATE_EXISTING,
                        StandardOpenOption.WRITE))) {
            ByteBuffer left = ByteBuffer.wrap(content);
            while (left.hasRemaining()) {
                attempt("write", path, () -> channel.write(left));
            }
            channel.force(false);
        } catch (IOException e) {
            // As of a directory's flush.
            throw new StorageException("flush", path, e);
        }
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
        try (FileChannel channel =
                attempt("open", directory, () -> FileChannel.open(resolve(directory), StandardOpenOption.READ))) {
            channel.force(true);
        } catch (IOException e) {
            // Whatever the reason: what a flush could not write is lost (rule R10).
            throw new StorageException("flush directory", directory, e);
        }
    }

    @Override
    public long usableBytes() {
        return attempt(
                "ask for the free space of", "", () -> Files.getFileStore(root).getUsableSpace());
    }

    @Override
    public long totalBytes() {
        return attempt("ask for the size of", "", () -> Files.getFileStore(root).getTotalSpace());
    }

    Path resolve(String path) {
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
            throw NoSpace.failure(operation, path, e);
        }
    }
}
