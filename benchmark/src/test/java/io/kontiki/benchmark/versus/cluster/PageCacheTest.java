package io.kontiki.benchmark.versus.cluster;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assumptions.assumeThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Random;
import org.junit.jupiter.api.Test;

class PageCacheTest {
    private static final Path IN_MEMORY = Path.of("/dev/shm");

    @Test
    void whatIsDroppedIsStillThereButNotInMemory() throws Exception {
        // Where temporary files are may be memory.
        Path directory = Files.createTempDirectory(Files.createDirectories(Path.of("target")), "page-cache-");
        byte[] bytes = new byte[100_000];
        new Random(1).nextBytes(bytes);
        Path segment = Files.write(directory.resolve("00.log"), bytes);
        Path other = Files.write(directory.resolve("00.index"), bytes);
        try {
            PageCache cache = new PageCache(directory);
            assumeThat(cachedBytes(segment)).as("cached bytes before").isPositive();
            cache.drop();
            assertThat(cachedBytes(segment)).isZero();
            assertThat(segment).hasBinaryContent(bytes);
            assertThat(cache.segmentBytes()).isEqualTo(bytes.length);
        } finally {
            Files.delete(segment);
            Files.delete(other);
            Files.delete(directory);
        }
    }

    /** As the system counts them; none where there is nothing to count them with. */
    private static long cachedBytes(Path file) throws Exception {
        try {
            Process process = new ProcessBuilder(
                            "fincore", "--bytes", "--noheadings", "--output", "RES", file.toString())
                    .redirectErrorStream(true)
                    .start();
            String counted = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8).strip();
            return process.waitFor() == 0 ? Long.parseLong(counted) : 0;
        } catch (IOException noSuchCommand) {
            return 0;
        }
    }

    @Test
    void filesInMemoryAreNeverCold() throws Exception {
        assumeThat(IN_MEMORY).isDirectory();
        assumeThat(Files.getFileStore(IN_MEMORY).type()).isEqualTo("tmpfs");
        assertThatThrownBy(() -> new PageCache(IN_MEMORY))
                .hasMessageContaining("tmpfs")
                .hasMessageContaining("--directory");
    }
}
