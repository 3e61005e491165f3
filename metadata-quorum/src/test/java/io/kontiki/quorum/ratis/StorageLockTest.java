package io.kontiki.quorum.ratis;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(60)
class StorageLockTest {
    @TempDir
    private Path directory;

    /** Another process, which locks as Ratis does and ends with its input. */
    static final class Holder {
        public static void main(String[] args) throws IOException {
            try (var file = new RandomAccessFile(args[0], "rws");
                    var lock = file.getChannel().tryLock()) {
                System.out.write(lock == null ? '-' : '+');
                System.out.flush();
                System.in.read();
            }
        }
    }

    @Test
    void lockOfAnotherProcessIsSeenAndKept() throws Exception {
        var java = Path.of(System.getProperty("java.home"), "bin", "java").toString();
        var classes = System.getProperty("java.class.path");
        var file = directory.resolve(StorageLock.FILE);
        var holder = new ProcessBuilder(java, "-Xshare:auto", "-cp", classes, Holder.class.getName(), file.toString())
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
        try {
            assertThat(holder.getInputStream().read()).isEqualTo('+');

            assertThat(StorageLock.isHeld(directory)).isTrue();
            assertThat(StorageLock.isHeld(directory)).as("still").isTrue();
        } finally {
            holder.destroyForcibly().waitFor();
        }
        assertThat(file).exists();
        assertThat(StorageLock.isHeld(directory)).as("of a killed one").isFalse();
    }

    @Test
    void lookingLeavesNothingBehind() throws IOException {
        assertThat(StorageLock.isHeld(directory)).isFalse();
        assertThat(directory).isEmptyDirectory();

        var file = Files.createFile(directory.resolve(StorageLock.FILE));
        assertThat(StorageLock.isHeld(directory)).isFalse();
        try (var channel = FileChannel.open(file, StandardOpenOption.WRITE);
                var lock = channel.tryLock()) {
            assertThat(lock).as("whoever starts now").isNotNull();
        }
    }
}
