package io.kontiki.storage.file;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.kontiki.storage.Disk;
import io.kontiki.storage.DiskContract;
import io.kontiki.storage.StorageException;
import java.nio.file.Path;
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
    void pathsThatLeaveTheRootAreRefused() {
        assertThatThrownBy(() -> new FileDisk(root).open("../outside"))
                .isInstanceOf(StorageException.class)
                .hasMessageContaining("leads out of the disk's root");
    }
}
