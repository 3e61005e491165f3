package io.kontiki.log;

import io.kontiki.storage.Disk;
import io.kontiki.storage.DiskFile;
import io.kontiki.storage.StorageException;
import java.io.EOFException;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Optional;

/** Moves damaged segments out of a log's way and keeps them (rule R7). Safe to repeat after a power cut. */
final class DamageAside {
    private static final int COPY_BYTES = 1 << 20;

    private final LogDirectory directory;
    private final LogCheckpoints checkpoints;
    private final Disk disk;

    DamageAside(LogDirectory directory, LogCheckpoints checkpoints) {
        this.directory = directory;
        this.checkpoints = checkpoints;
        this.disk = directory.disk();
    }

    /**
     * From the last segment backwards, so that a power cut leaves no gap; the recovery point comes last. If that was lost,
     * it stays so while there are batches, as nothing tells where gaps may be: whoever opens the log notes it anew.
     */
    void run(DamagedLogException damage) {
        CleanerCheckpoint.lowerTo(directory, damage.offset());
        List<Long> bases = directory.offsetsWith(LogDirectory.LOG);
        for (int i = bases.size() - 1; i >= 0; i--) {
            String path = directory.file(bases.get(i), LogDirectory.LOG);
            if (path.compareTo(damage.file()) > 0) {
                disk.rename(path, freeName(path));
            } else if (path.equals(damage.file())) {
                keepPrefix(path, damage.position());
            }
        }
        directory.force();
        Optional<OffsetCheckpoint> noted = checkpoints.readOffsets();
        boolean isAnythingLeft = !bases.isEmpty() && bases.get(0) < damage.offset();
        if (noted.isPresent() || !isAnythingLeft) {
            OffsetCheckpoint offsets = noted.orElse(OffsetCheckpoint.UNKNOWN);
            LeaderEpochIndex epochs =
                    checkpoints.readEpochs().filter(offsets::vouchesFor).orElse(LeaderEpochIndex.empty());
            checkpoints.writeOffsets(offsets.cutTo(damage.offset(), epochs));
        }
    }

    private void keepPrefix(String path, long bytes) {
        String copy = path + Disk.UNFINISHED_SUFFIX;
        disk.delete(copy);
        try (DiskFile source = disk.open(path);
                DiskFile target = disk.open(copy)) {
            ByteBuffer chunk = ByteBuffer.allocate((int) Math.min(bytes, COPY_BYTES));
            while (target.size() < bytes) {
                chunk.clear().limit((int) Math.min(chunk.capacity(), bytes - target.size()));
                if (source.read(target.size(), chunk) == 0) {
                    throw new StorageException("read", path, new EOFException("it ends at byte " + target.size()));
                }
                target.append(chunk.flip());
            }
            target.force();
        }
        disk.rename(path, freeName(path));
        disk.rename(copy, path);
    }

    private String freeName(String path) {
        String name = path + LogDirectory.DAMAGED;
        for (int i = 2; disk.exists(name); i++) {
            name = path + LogDirectory.DAMAGED + "-" + i;
        }
        return name;
    }
}
