package io.kontiki.faults;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.stream.Stream;

/** The files of one log of one broker, which may be running. */
public record ReplicaFiles(Path directory) {
    /** The files whose names end so and that are not empty, in the order of their names. */
    public List<Path> named(String suffix) {
        try (Stream<Path> entries = Files.list(directory)) {
            return entries.filter(entry ->
                            entry.toString().endsWith(suffix) && entry.toFile().length() > 0)
                    .sorted()
                    .toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Flips a bit in the middle of a file, in its place, as a disk would. */
    public void flip(Path file) throws IOException {
        try (FileChannel bytes = FileChannel.open(file, StandardOpenOption.READ, StandardOpenOption.WRITE)) {
            long middle = bytes.size() / 2;
            ByteBuffer one = ByteBuffer.allocate(1);
            bytes.read(one, middle);
            one.put(0, (byte) (one.get(0) ^ 4));
            bytes.write(one.flip(), middle);
        }
    }

    /** All batches, as they are on the disk. */
    public ByteBuffer batches() {
        ByteArrayOutputStream all = new ByteArrayOutputStream();
        try {
            for (Path segment : named(".log")) {
                all.write(Files.readAllBytes(segment));
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return ByteBuffer.wrap(all.toByteArray());
    }
}
