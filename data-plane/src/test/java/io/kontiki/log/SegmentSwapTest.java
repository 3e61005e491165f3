package io.kontiki.log;

import static org.assertj.core.api.Assertions.assertThat;

import io.kontiki.storage.Disk;
import io.kontiki.storage.DiskFile;
import io.kontiki.storage.file.FileDisk;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SegmentSwapTest {
    @TempDir
    Path root;

    private Disk disk;
    private LogDirectory directory;
    private SegmentSwap swap;

    @BeforeEach
    void threeSegmentsOfWhichTwoAreReplaced() {
        disk = new FileDisk(root);
        disk.createDirectory("t-0");
        directory = new LogDirectory(disk, "t-0");
        for (long base : new long[] {0, 10, 20}) {
            for (String suffix : new String[] {".log", ".index", ".timeindex", ".txnindex"}) {
                write(directory.file(base, suffix), "old " + base);
            }
        }
        write(directory.file(10, ".snapshot"), "producers");
        swap = new SegmentSwap(directory, 0, 20);
        write(swap.cleanedFile(), "new");
    }

    @Test
    void startUndoesWhatWasNotCommitted() {
        SegmentSwap.recover(directory);
        assertThat(disk.exists(swap.cleanedFile())).isFalse();
        assertThat(content(directory.file(0, ".log"))).isEqualTo("old 0");
        assertThat(disk.list("t-0")).hasSize(13);
    }

    @Test
    void startCompletesWhatWasCommitted() {
        try (DiskFile file = disk.open(swap.cleanedFile())) {
            swap.commit(file);
        }
        SegmentSwap.recover(directory);
        SegmentSwap.recover(directory);
        assertThat(content(directory.file(0, ".log"))).isEqualTo("new");
        assertThat(disk.list("t-0"))
                .containsExactly(
                        "00000000000000000000.log",
                        "00000000000000000010.snapshot",
                        "00000000000000000020.index",
                        "00000000000000000020.log",
                        "00000000000000000020.timeindex",
                        "00000000000000000020.txnindex");
    }

    @Test
    void foreignNamesAreLeftAlone() {
        write(directory.file("00000000000000000000.log.swap"), "x");
        write(directory.file("0000000000000000000-00000000000000000000-.swap"), "x");
        write(directory.file("99999999999999999999-00000000000000000000.swap"), "x");
        disk.delete(swap.cleanedFile());
        int before = disk.list("t-0").size();
        SegmentSwap.recover(directory);
        assertThat(disk.list("t-0")).hasSize(before);
    }

    private void write(String path, String content) {
        try (DiskFile file = disk.open(path)) {
            file.append(ByteBuffer.wrap(content.getBytes(StandardCharsets.UTF_8)));
        }
    }

    private String content(String path) {
        return new String(disk.readSmall(path, 100), StandardCharsets.UTF_8);
    }
}
