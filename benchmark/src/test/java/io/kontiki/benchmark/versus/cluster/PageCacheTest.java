package io.kontiki.benchmark.versus.cluster;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assumptions.assumeThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Random;
import org.junit.jupiter.api.Test;

class PageCacheTest {
    private static final Path IN_MEMORY = Path.of("/dev/shm");

    @Test
    void whatIsDroppedIsStillThere() throws Exception {
        // Where temporary files are may be memory.
        Path directory = Files.createTempDirectory(Files.createDirectories(Path.of("target")), "page-cache-");
        byte[] bytes = new byte[100_000];
        new Random(1).nextBytes(bytes);
        Path segment = Files.write(directory.resolve("00.log"), bytes);
        Path other = Files.write(directory.resolve("00.index"), bytes);
        try {
            PageCache cache = new PageCache(directory);
            cache.drop();
            assertThat(segment).hasBinaryContent(bytes);
            assertThat(cache.segmentBytes()).isEqualTo(bytes.length);
        } finally {
            Files.delete(segment);
            Files.delete(other);
            Files.delete(directory);
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
