package io.kontiki.quorum.ratis;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;

/** Small files that are replaced whole: after a crash, or a write that failed, the old one or the new one is there. */
final class DurableFile {
    private DurableFile() {}

    /**
     * Returns once the new content survives a power cut.
     *
     * @param temporary a file on the same file system, overwritten first
     * @throws IOException if that failed; {@code file} is as before, unless only the last flush failed
     */
    static void replace(Path file, Path temporary, byte[] content) throws IOException {
        try (var channel = FileChannel.open(
                temporary, StandardOpenOption.CREATE, StandardOpenOption.WRITE, StandardOpenOption.TRUNCATE_EXISTING)) {
            var buffer = ByteBuffer.wrap(content);
            while (buffer.hasRemaining()) {
                channel.write(buffer);
            }
            channel.force(true);
        }
        Files.move(temporary, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        try (var directory = FileChannel.open(file.getParent(), StandardOpenOption.READ)) {
            directory.force(true);
        }
    }
}
