package io.kontiki.storage.file;

import static org.assertj.core.api.Assertions.assertThat;

import io.kontiki.storage.Disk;
import io.kontiki.storage.DiskFile;
import io.kontiki.storage.NoDescriptorsException;
import io.kontiki.storage.StorageException;
import java.io.FileInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/** What the system says when a process has no descriptor left, in a process of its own. */
@EnabledOnOs(OS.LINUX)
class NoDescriptorsTest {
    private static final int DESCRIPTORS = 100;

    @TempDir
    Path root;

    @Test
    void nothingIsTakenForBroken() throws Exception {
        Process process = new ProcessBuilder(
                        "sh",
                        "-c",
                        "ulimit -n " + DESCRIPTORS + "; exec \"$@\"",
                        "sh",
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        // Or the process raises its limit to what the system allows.
                        "-XX:-MaxFDLimit",
                        "-XX:TieredStopAtLevel=1",
                        "-cp",
                        System.getProperty("java.class.path"),
                        NoDescriptorsTest.class.getName(),
                        root.toString())
                .redirectErrorStream(true)
                .start();
        String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);

        assertThat(process.waitFor()).as(said).isZero();
        assertThat(said.lines())
                .containsExactly(
                        "open: NoDescriptorsException",
                        "open directory: NoDescriptorsException",
                        "list: NoDescriptorsException",
                        "append: NoDescriptorsException",
                        "read: NoDescriptorsException",
                        "afterwards: 2 bytes");
    }

    public static void main(String[] args) throws IOException {
        Disk disk = new FileDisk(Path.of(args[0]));
        DiskFile file = disk.open("file");
        // All classes are loaded before: that takes descriptors, too.
        attempts(disk, disk.open("other"), "first");
        attempt("list", () -> disk.list("missing"), new ArrayList<>());
        new NoDescriptorsException("", "", new IOException()).toString();
        List<InputStream> taken = new ArrayList<>();
        List<String> outcomes;
        try {
            while (true) {
                taken.add(new FileInputStream("/dev/null"));
            }
        } catch (IOException none) {
            outcomes = attempts(disk, file, "new");
        }
        for (InputStream each : taken) {
            each.close();
        }
        outcomes.forEach(System.out::println);
        file.append(ByteBuffer.wrap(new byte[2]));
        file.force();
        System.out.println("afterwards: " + file.size() + " bytes");
    }

    private static List<String> attempts(Disk disk, DiskFile file, String newFile) {
        List<String> outcomes = new ArrayList<>();
        attempt("open", () -> disk.open(newFile), outcomes);
        attempt("open directory", () -> disk.forceDirectory(""), outcomes);
        attempt("list", () -> disk.list(""), outcomes);
        attempt("append", () -> file.append(ByteBuffer.allocate(1)), outcomes);
        attempt("read", () -> file.read(0, ByteBuffer.allocate(1)), outcomes);
        return outcomes;
    }

    private static void attempt(String name, Runnable attempt, List<String> outcomes) {
        try {
            attempt.run();
            outcomes.add(name + ": done");
        } catch (StorageException e) {
            outcomes.add(name + ": " + e.getClass().getSimpleName());
        }
    }
}
