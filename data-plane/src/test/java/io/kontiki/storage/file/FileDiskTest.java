package io.kontiki.storage.file;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.kontiki.storage.Disk;
import io.kontiki.storage.DiskContract;
import io.kontiki.storage.DiskFile;
import io.kontiki.storage.StorageException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class FileDiskTest extends DiskContract {
    @TempDir
    Path root;

    @Override
    protected Disk emptyDisk() {
        return new FileDisk(root);
    }

    @Test
    void descriptorsAreBoundedAndFilesReopenWhenUsed() {
        FileDisk disk = new FileDisk(root, 3);
        List<DiskFile> files = write(disk, 20);
        assertThat(disk.openFiles()).isLessThanOrEqualTo(3);
        for (int round = 0; round < 3; round++) {
            for (int i = 0; i < files.size(); i++) {
                assertThat(read(files.get(i), 0)).isEqualTo(i);
                assertThat(disk.openFiles()).isLessThanOrEqualTo(3);
            }
        }
        files.get(0).append(ByteBuffer.wrap(new byte[] {7}));
        assertThat(read(files.get(0), 1)).isEqualTo(7);
        files.forEach(DiskFile::close);
        assertThat(disk.openFiles()).isZero();
        assertThatThrownBy(() -> read(files.get(0), 0)).isInstanceOf(StorageException.class);
    }

    @Test
    void fileThatIsThereCostsNoDescriptorUntilItIsUsed() {
        FileDisk disk = new FileDisk(root);
        write(disk, 1).forEach(DiskFile::close);
        try (DiskFile file = disk.open("f0")) {
            assertThat(file.size()).isEqualTo(1);
            assertThat(disk.openFiles()).isZero();
            read(file, 0);
            assertThat(disk.openFiles()).isEqualTo(1);
        }
    }

    @Test
    void fileWithUnflushedBytesKeepsItsDescriptor() {
        FileDisk disk = new FileDisk(root, 1);
        DiskFile written = disk.open("written");
        written.append(ByteBuffer.wrap(new byte[] {1}));
        List<DiskFile> others = write(disk, 5);
        others.forEach(other -> read(other, 0));
        assertThat(disk.openFiles()).isEqualTo(2);
        written.force();
        others.forEach(other -> read(other, 0));
        assertThat(disk.openFiles()).isEqualTo(1);
    }

    @Test
    void readersAndAWriterGoOnBesideGivingBackDescriptors() throws Exception {
        FileDisk disk = new FileDisk(root, 2);
        List<DiskFile> files = write(disk, 8);
        AtomicBoolean done = new AtomicBoolean();
        List<CompletableFuture<Void>> readers = new ArrayList<>();
        for (int r = 0; r < 4; r++) {
            int seed = r;
            readers.add(CompletableFuture.runAsync(() -> {
                SplittableRandom random = new SplittableRandom(seed);
                while (!done.get()) {
                    int i = random.nextInt(files.size());
                    assertThat(read(files.get(i), 0)).isEqualTo(i);
                }
            }));
        }
        DiskFile grown = files.get(3);
        for (int i = 1; i < 2000; i++) {
            grown.append(ByteBuffer.wrap(new byte[] {(byte) i}));
            if (i % 3 == 0) {
                grown.force();
            }
            assertThat(read(grown, i)).isEqualTo((byte) i);
        }
        done.set(true);
        for (CompletableFuture<Void> reader : readers) {
            reader.get();
        }
        assertThat(grown.size()).isEqualTo(2000);
        grown.force();
        files.forEach(file -> read(file, 0));
        assertThat(disk.openFiles()).isLessThanOrEqualTo(2);
    }

    @Test
    void renamedFileIsOpenedAgainUnderItsNewName() {
        FileDisk disk = new FileDisk(root, 1);
        List<DiskFile> files = write(disk, 3);
        files.get(0).rename("g");
        read(files.get(1), 0);
        read(files.get(2), 0);
        assertThat(read(files.get(0), 0)).isZero();
        assertThat(disk.list("")).containsExactly("f1", "f2", "g");
    }

    /** One byte each, its number; flushed. */
    private static List<DiskFile> write(FileDisk disk, int count) {
        List<DiskFile> files = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            DiskFile file = disk.open("f" + i);
            file.append(ByteBuffer.wrap(new byte[] {(byte) i}));
            file.force();
            files.add(file);
        }
        return files;
    }

    private static int read(DiskFile file, long position) {
        ByteBuffer target = ByteBuffer.allocate(1);
        assertThat(file.read(position, target)).isEqualTo(1);
        return target.get(0);
    }

    @Test
    void smallFileThatCannotBeWrittenLeavesWhatWasThereAndNothingElse() {
        Disk disk = new FileDisk(root);
        disk.createDirectory("d/below");
        assertThatThrownBy(() -> disk.writeAtomically("d", new byte[9])).isInstanceOf(StorageException.class);
        assertThat(disk.list("")).containsExactly("d");
        assertThat(disk.list("d")).containsExactly("below");
    }

    @Test
    void pathsThatLeaveTheRootAreRefused() {
        assertThatThrownBy(() -> new FileDisk(root).open("../outside"))
                .isInstanceOf(StorageException.class)
                .hasMessageContaining("leads out of the disk's root");
    }
}
