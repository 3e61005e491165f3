package io.kontiki.storage;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What every {@link Disk} keeps to. Durability is not part of it: only a power cut could show it. */
public abstract class DiskContract {
    private Disk disk;

    /** A disk with nothing on it. */
    protected abstract Disk emptyDisk();

    @BeforeEach
    void createDisk() {
        disk = emptyDisk();
    }

    @Test
    void appendedBytesAreReadAtTheirPosition() {
        try (DiskFile file = disk.open("f")) {
            file.append(bytes("hello "), bytes("wor"), bytes("ld"));
            file.append(bytes("!"));
            assertThat(file.size()).isEqualTo(12);
            assertThat(read(file, 6, 3)).isEqualTo("wor");
            assertThat(read(file, 10, 100)).isEqualTo("d!");
            assertThat(read(file, 12, 5)).isEmpty();
            assertThat(read(file, 100, 5)).isEmpty();
            file.force();
        }
    }

    @Test
    void mappedBytesOutliveTheFile() {
        ByteBuffer mapped;
        try (DiskFile file = disk.open("f")) {
            file.append(bytes("hello world"));
            mapped = file.map(5);
        }
        disk.delete("f");
        assertThat(StandardCharsets.UTF_8.decode(mapped.duplicate()).toString()).isEqualTo("hello");
        assertThat(mapped.isReadOnly()).isTrue();
    }

    @Test
    void tellsThatThereIsRoom() {
        assertThat(disk.usableBytes()).isPositive().isLessThanOrEqualTo(disk.totalBytes());
    }

    @Test
    void appendConsumesItsBuffersOnly() {
        try (DiskFile file = disk.open("f")) {
            ByteBuffer buffer = bytes("abcdef");
            buffer.position(2).limit(4);
            file.append(buffer);
            assertThat(buffer.hasRemaining()).isFalse();
            assertThat(read(file, 0, 10)).isEqualTo("cd");
        }
    }

    @Test
    void reopenedFileKeepsItsBytesAndGrowsAtItsEnd() {
        try (DiskFile file = disk.open("f")) {
            file.append(bytes("one"));
        }
        try (DiskFile file = disk.open("f")) {
            assertThat(file.size()).isEqualTo(3);
            file.append(bytes("two"));
            assertThat(read(file, 0, 10)).isEqualTo("onetwo");
        }
    }

    @Test
    void truncatedFileGrowsFromTheCut() {
        try (DiskFile file = disk.open("f")) {
            file.append(bytes("abcdef"));
            file.truncate(2);
            assertThat(file.size()).isEqualTo(2);
            file.append(bytes("X"));
            assertThat(read(file, 0, 10)).isEqualTo("abX");
            assertThatThrownBy(() -> file.truncate(4)).isInstanceOf(IllegalArgumentException.class);
        }
    }

    @Test
    void directoriesListTheirNamesSorted() {
        disk.createDirectory("a/b");
        disk.createDirectory("a/b");
        disk.open("a/z").close();
        disk.open("a/c").close();
        disk.open("a/b/x").close();
        assertThat(disk.list("a")).containsExactly("b", "c", "z");
        assertThat(disk.list("")).containsExactly("a");
        assertThat(disk.exists("a/b")).isTrue();
        assertThat(disk.exists("a/nothing")).isFalse();
        disk.forceDirectory("a");
        disk.forceDirectory("");
    }

    @Test
    void renameReplacesItsTarget() {
        write("a", "new");
        write("b", "old");
        disk.rename("a", "b");
        assertThat(disk.list("")).containsExactly("b");
        assertThat(new String(disk.readSmall("b", 10), StandardCharsets.UTF_8)).isEqualTo("new");
    }

    @Test
    void renamedDirectoryTakesItsFilesAlong() {
        disk.createDirectory("a");
        write("a/f", "1");
        disk.rename("a", "b");
        assertThat(disk.list("b")).containsExactly("f");
        assertThat(disk.exists("a")).isFalse();
    }

    @Test
    void deleteTakesFilesAndEmptyDirectories() {
        disk.createDirectory("a");
        write("a/f", "1");
        assertThatThrownBy(() -> disk.delete("a")).isInstanceOf(StorageException.class);
        disk.delete("a/f");
        disk.delete("a");
        disk.delete("a");
        assertThat(disk.list("")).isEmpty();
    }

    @Test
    void smallFilesAreReplacedAsAWhole() {
        disk.writeAtomically("f", "first".getBytes(StandardCharsets.UTF_8));
        disk.writeAtomically("f", "2nd".getBytes(StandardCharsets.UTF_8));
        assertThat(new String(disk.readSmall("f", 5), StandardCharsets.UTF_8)).isEqualTo("2nd");
        assertThat(disk.list("")).containsExactly("f");
    }

    @Test
    void smallFilesTakeThePlaceOfWhatIsThere() {
        disk.writeSmall("f", "first".getBytes(StandardCharsets.UTF_8));
        disk.writeSmall("f", "2nd".getBytes(StandardCharsets.UTF_8));
        assertThat(new String(disk.readSmall("f", 100), StandardCharsets.UTF_8)).isEqualTo("2nd");
        disk.createDirectory("d");
        assertThatThrownBy(() -> disk.writeSmall("d", new byte[9])).isInstanceOf(StorageException.class);
    }

    @Test
    void smallFilesHaveALimit() {
        write("f", "123456");
        assertThatThrownBy(() -> disk.readSmall("f", 5))
                .isInstanceOf(StorageException.class)
                .hasMessageContaining("6 bytes, the limit is 5");
        assertThatThrownBy(() -> disk.readSmall("g", 5)).isInstanceOf(StorageException.class);
        assertThat(disk.exists("g")).isFalse();
    }

    @Test
    void missingDirectoriesAreNotMadeUp() {
        assertThatThrownBy(() -> disk.open("no/f")).isInstanceOf(StorageException.class);
        assertThatThrownBy(() -> disk.list("no")).isInstanceOf(StorageException.class);
        assertThatThrownBy(() -> disk.forceDirectory("no")).isInstanceOf(StorageException.class);
    }

    @Test
    void closedFileCannotBeUsed() {
        DiskFile file = disk.open("f");
        file.close();
        file.close();
        assertThatThrownBy(() -> file.append(bytes("x"))).isInstanceOf(StorageException.class);
        assertThatThrownBy(file::force).isInstanceOf(StorageException.class);
    }

    @Test
    void fileStaysUsableUnderItsNewName() {
        disk.createDirectory("d");
        write("d/old", "replaced");
        try (DiskFile file = disk.open("d/new")) {
            file.append(bytes("ab"));
            file.rename("d/old");
            file.append(bytes("c"));
            file.force();
            assertThat(file.path()).isEqualTo("d/old");
            assertThat(read(file, 0, 10)).isEqualTo("abc");
        }
        disk.forceDirectory("d");
        assertThat(disk.list("d")).containsExactly("old");
        assertThat(new String(disk.readSmall("d/old", 9), StandardCharsets.UTF_8))
                .isEqualTo("abc");
    }

    private void write(String path, String text) {
        try (DiskFile file = disk.open(path)) {
            file.append(bytes(text));
        }
    }

    private static String read(DiskFile file, long position, int maxBytes) {
        ByteBuffer target = ByteBuffer.allocate(maxBytes);
        int read = file.read(position, target);
        assertThat(target.position()).isEqualTo(read);
        return StandardCharsets.UTF_8.decode(target.flip()).toString();
    }

    private static ByteBuffer bytes(String text) {
        return ByteBuffer.wrap(text.getBytes(StandardCharsets.UTF_8));
    }
}
