package io.kontiki.broker;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class BootTest {
    @TempDir
    Path directory;

    private Path bootId;
    private Path fileSystems;

    @BeforeEach
    void boot() throws IOException {
        bootId = Files.writeString(directory.resolve("boot_id"), "a-boot\n");
        fileSystems = Files.createDirectory(directory.resolve("fs"));
    }

    @Test
    void sameBootAndMountsAreTheSame() throws IOException {
        mount();
        var before = id();

        assertThat(before).startsWith("a-boot+");
        assertThat(id()).isEqualTo(before);
        // Directories come and go on the same file system.
        assertThat(Boot.id(List.of(directory.resolve("not/made/yet")), bootId, fileSystems))
                .isEqualTo(before);
    }

    /** The machine went on, but what was not forced to that volume is gone. */
    @Test
    void anotherMountOfTheSameDeviceIsAnotherOne() throws IOException {
        var node = mount();
        var before = id();

        Files.move(node, directory.resolve("earlier"));
        mount();

        assertThat(id()).isNotEqualTo(before).startsWith("a-boot+");
    }

    @Test
    void anotherBootIsAnotherOne() throws IOException {
        mount();
        var before = id();

        Files.writeString(bootId, "another-boot\n");

        assertThat(id()).isNotEqualTo(before);
    }

    @Test
    void onlyTheBootCountsWhereMountsAreNotTold() {
        assertThat(id()).isEqualTo("a-boot");
    }

    @Test
    void nothingIsKnownWhereTheSystemDoesNotTell() throws IOException {
        mount();
        Files.delete(bootId);

        assertThat(id()).isEmpty();
    }

    private String id() {
        return Boot.id(List.of(directory, directory.resolve("fs")), bootId, fileSystems);
    }

    /** Has the system tell of a mount, of whatever this directory is on. */
    private Path mount() throws IOException {
        var store = Files.getFileStore(directory);
        return Files.createDirectories(
                fileSystems.resolve(store.type()).resolve(Path.of(store.name()).getFileName()));
    }
}
