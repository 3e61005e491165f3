package io.kontiki.broker;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;

/** Reads small files whole. A pipe may keep its reader waiting for good, and a device may have no end: they are refused. */
final class RegularFile {
    private RegularFile() {}

    /**
     * Its bytes.
     *
     * @throws NoSuchFileException if there is none
     * @throws IOException if it is something else, or too large, with a message that goes on after its name
     */
    static byte[] read(Path file, int bytesMax) throws IOException {
        if (!Files.exists(file)) {
            throw new NoSuchFileException(file.toString());
        }
        if (!Files.isRegularFile(file)) {
            throw new IOException("is a directory, a pipe or a device, not a file");
        }
        byte[] bytes;
        try (var in = Files.newInputStream(file)) {
            // Its size may be wrong, as in /proc.
            bytes = in.readNBytes(bytesMax + 1);
        } catch (IOException e) {
            throw new IOException("cannot be read: " + e, e);
        }
        if (bytes.length > bytesMax) {
            throw new IOException("is larger than " + bytesMax + " bytes");
        }
        return bytes;
    }
}
