package io.kontiki.simulation.log;

import io.kontiki.log.LogConfig;
import io.kontiki.log.PartitionLog;
import io.kontiki.simulation.MemoryDisk;
import io.kontiki.simulation.PowerCut;
import java.nio.ByteBuffer;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.TreeMap;

/** The files of a log that its batches tell anew: the indexes. */
final class DerivedFiles {
    private DerivedFiles() {}

    /** Fails unless the files, after an orderly stop, are those that a log writes which finds the segments alone. */
    static void requireAsFromBatches(MemoryDisk disk, PartitionLog log, LogConfig config) {
        MemoryDisk bare = disk.after(PowerCut.losingNothing(new SplittableRandom(0)));
        for (String path : bare.contents().keySet()) {
            if (!path.endsWith(".log") && !path.endsWith("partition.metadata")) {
                bare.delete(path);
            }
        }
        // Missing ones are made by whoever looks something up: this asks every segment.
        log.offsetForTimestamp(DrawnBatches.CLOCK_BOUND_MS);
        log.abortedTransactions(log.logStartOffset(), log.endOffset());
        log.close();
        PartitionLog.open(bare, log.directory(), log.topicId(), config).close();
        Map<String, ByteBuffer> found = of(disk, log.directory());
        Map<String, ByteBuffer> expected = of(bare, log.directory());
        LogChecks.require(
                found.keySet().equals(expected.keySet()),
                "files are %s, expected %s",
                found.keySet(),
                expected.keySet());
        expected.forEach((path, bytes) ->
                LogChecks.require(found.get(path).equals(bytes), "%s differs from what the batches tell", path));
    }

    private static Map<String, ByteBuffer> of(MemoryDisk disk, String directory) {
        Map<String, ByteBuffer> files = new TreeMap<>(disk.contents());
        files.keySet().removeIf(path -> !path.startsWith(directory + "/") || !path.endsWith("index"));
        return files;
    }
}
