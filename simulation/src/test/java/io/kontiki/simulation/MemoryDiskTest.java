package io.kontiki.simulation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.kontiki.storage.Disk;
import io.kontiki.storage.DiskContract;
import io.kontiki.storage.DiskFile;
import io.kontiki.storage.StorageException;
import java.nio.ByteBuffer;
import java.util.SplittableRandom;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;

class MemoryDiskTest extends DiskContract {
    private final MemoryDisk disk = new MemoryDisk();

    @Override
    protected Disk emptyDisk() {
        return new MemoryDisk();
    }

    @Test
    void flushedBytesUnderFlushedNamesSurviveAPowerCut() {
        for (int seed = 0; seed < 50; seed++) {
            MemoryDisk each = new MemoryDisk();
            DiskFile file = each.open("f");
            file.append(ByteBuffer.wrap(new byte[] {1, 2, 3}));
            file.force();
            each.forceDirectory("");
            file.append(ByteBuffer.wrap(new byte[] {4, 5, 6}));
            each.cutPower(new SplittableRandom(seed));
            assertThat(each.readSmall("f", 10)).startsWith(1, 2, 3);
        }
    }

    @Test
    void whatNoFlushCoversMayBeLostInPart() {
        TreeSet<Integer> sizes = new TreeSet<>();
        TreeSet<Boolean> names = new TreeSet<>();
        for (int seed = 0; seed < 200; seed++) {
            MemoryDisk each = new MemoryDisk();
            DiskFile file = each.open("f");
            each.forceDirectory("");
            file.append(ByteBuffer.wrap(new byte[] {4, 5, 6}));
            each.open("g");
            each.cutPower(new SplittableRandom(seed));
            sizes.add(each.readSmall("f", 10).length);
            names.add(each.exists("g"));
        }
        assertThat(sizes).containsExactly(0, 1, 2, 3);
        assertThat(names).containsExactly(false, true);
    }

    @Test
    void filesOpenedBeforeAPowerCutAreClosed() {
        DiskFile file = disk.open("f");
        disk.cutPower(new SplittableRandom(1));
        assertThatThrownBy(file::force).isInstanceOf(StorageException.class);
    }

    @Test
    void failsFromTheGivenChangeOn() {
        DiskFile file = disk.open("f");
        disk.failAfter(1);
        file.append(ByteBuffer.wrap(new byte[1]));
        assertThatThrownBy(file::force).isInstanceOf(StorageException.class).hasMessageContaining("the disk fails");
        assertThatThrownBy(() -> disk.open("g")).isInstanceOf(StorageException.class);
        assertThat(disk.exists("g")).isFalse();
    }
}
