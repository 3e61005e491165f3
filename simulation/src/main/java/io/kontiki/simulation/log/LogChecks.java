package io.kontiki.simulation.log;

import io.kontiki.log.EpochEntry;
import io.kontiki.log.LogConfig;
import io.kontiki.log.LogSlice;
import io.kontiki.log.PartitionLog;
import io.kontiki.record.BatchHeader;
import io.kontiki.record.Record;
import io.kontiki.record.RecordBatch;
import io.kontiki.record.RecordBatches;
import io.kontiki.simulation.SimulationFailure;
import io.kontiki.storage.Disk;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.TreeMap;
import java.util.random.RandomGenerator;

/**
 * Compares a log with the plain list: all it can be asked must be answered as from a list of the batches it holds, with
 * epochs, producers and times derived anew from these.
 */
final class LogChecks {
    private LogChecks() {}

    /**
     * Fails unless the log holds the first batches expected, at least those below an offset, and begins where it may.
     *
     * @return what was found, for the log from now on
     */
    static ExpectedLog requirePrefix(
            PartitionLog log, ExpectedLog expected, long minEndOffset, LogConfig config, RandomGenerator random) {
        long start = log.logStartOffset();
        require(
                start >= expected.durableStart() && start <= expected.startOffset(),
                "log starts at %d, expected %d to %d",
                start,
                expected.durableStart(),
                expected.startOffset());
        require(
                log.endOffset() >= minEndOffset,
                "log ends at %d, everything below %d must be there",
                log.endOffset(),
                minEndOffset);
        List<ByteBuffer> batches = expected.batches()
                .subList(expected.indexOf(start), expected.batches().size());
        List<ByteBuffer> batchesFound = readAll(log, random);
        expected.compaction().requireLeft(batches, batchesFound, expected.startOffset());
        ExpectedLog left = expected.found(start, log.endOffset(), batchesFound);
        require(
                log.endOffset() == left.endOffset(),
                "log ends at %d, its last batch at %d",
                log.endOffset(),
                left.endOffset());
        requireEpochs(log, left);
        left.producers(config.maxProducerIds()).requireSame(log, batch -> left.hasBatchAt(batch.baseOffset()));
        for (int i = 0; i < 3; i++) {
            requireTime(log, left, random);
        }
        return left;
    }

    /** Fails if an exchange of segments has left a file of its own behind. */
    static void requireNoUnfinishedSwap(Disk disk, String directory) {
        for (String name : disk.list(directory)) {
            require(!name.endsWith(".cleaned") && !name.endsWith(".swap"), "%s is still there", name);
        }
    }

    /** Every batch, read in slices of any size. */
    static List<ByteBuffer> readAll(PartitionLog log, RandomGenerator random) {
        List<ByteBuffer> batches = new ArrayList<>();
        long next = log.logStartOffset();
        while (next < log.endOffset()) {
            LogSlice slice = log.read(next, 1 + random.nextInt(3000), Long.MAX_VALUE);
            require(slice.endOffset() > next, "a read at offset %d gives nothing", next);
            for (RecordBatch batch : RecordBatches.of(slice.bytes())) {
                require(batch.hasValidChecksum(), "the batch at offset %d has a wrong checksum", batch.baseOffset());
                batches.add(batch.bytes());
            }
            next = slice.endOffset();
        }
        return batches;
    }

    /** Fails unless reads with any bounds give whole batches from the plain list: as many as they may, at least one. */
    static void requireRead(PartitionLog log, ExpectedLog expected, RandomGenerator random) {
        long from = expected.startOffset() + random.nextLong(1 + expected.endOffset() - expected.startOffset());
        long to = expected.startOffset() + random.nextLong(1 + expected.endOffset() - expected.startOffset());
        int maxBytes = 1 + random.nextInt(3000);
        int next = expected.indexOf(from);
        int bytes = 0;
        for (RecordBatch batch : RecordBatches.of(log.read(from, maxBytes, to).bytes())) {
            require(
                    batch.bytes().equals(expected.batches().get(next)),
                    "a read at offset %d gives another batch",
                    from);
            require(
                    batch.nextOffset() <= to,
                    "a read up to offset %d gives one that ends at %d",
                    to,
                    batch.nextOffset());
            next++;
            bytes += batch.sizeInBytes();
            require(
                    bytes <= maxBytes || next == expected.indexOf(from) + 1,
                    "a read of %d bytes gives %d",
                    maxBytes,
                    bytes);
        }
        boolean isReadable = from < to
                && next < expected.batches().size()
                && expected.header(next).nextOffset() <= to;
        require(bytes > 0 || !isReadable, "a read at offset %d up to %d gives nothing", from, to);
    }

    private static void requireEpochs(PartitionLog log, ExpectedLog expected) {
        long start = expected.startOffset();
        TreeMap<Integer, Long> told = new TreeMap<>();
        for (int i = 0; i < expected.batches().size(); i++) {
            BatchHeader batch = expected.header(i);
            told.putIfAbsent(batch.leaderEpoch(), batch.baseOffset());
        }
        Set<Integer> visible = new HashSet<>();
        for (int i = expected.indexOf(start); i < expected.batches().size(); i++) {
            visible.add(expected.header(i).leaderEpoch());
        }
        List<EpochEntry> batches = new ArrayList<>();
        told.forEach((epoch, offset) -> batches.add(new EpochEntry(epoch, Math.max(start, offset))));
        batches.removeIf(entry -> !visible.contains(entry.epoch()));
        List<EpochEntry> found = new ArrayList<>(log.epochs().entries());
        require(
                found.stream().allMatch(entry -> entry.startOffset() >= start),
                "epochs %s begin below the log start %d",
                found,
                start);
        // Epochs without a batch that can be read are known to the log alone.
        found.removeIf(entry -> !visible.contains(entry.epoch()));
        require(found.equals(batches), "epochs are %s, the batches tell %s", found, batches);
    }

    private static void requireTime(PartitionLog log, ExpectedLog expected, RandomGenerator random) {
        long time = random.nextLong(DrawnBatches.CLOCK_BOUND_MS);
        if (!expected.batches().isEmpty() && random.nextInt(4) > 0) {
            int any = random.nextInt(expected.batches().size());
            time = expected.header(any).maxTimestampMs() - random.nextInt(3);
        }
        long first = firstNotOlder(expected, time);
        long found = log.offsetForTimestamp(time).map(at -> at.offset()).orElse(-1L);
        require(found == first, "time %d is found at offset %d, expected %d", time, found, first);
    }

    private static long firstNotOlder(ExpectedLog expected, long time) {
        for (int i = expected.indexOf(expected.startOffset());
                i < expected.batches().size();
                i++) {
            if (expected.header(i).maxTimestampMs() >= time
                    && !expected.header(i).isControl()) {
                for (Record each : RecordBatch.at(expected.batches().get(i), 0)) {
                    if (each.timestampMs() >= time && each.offset() >= expected.startOffset()) {
                        return each.offset();
                    }
                }
            }
        }
        return -1;
    }

    static void require(boolean holds, String message, Object... values) {
        if (!holds) {
            throw new SimulationFailure(String.format(Locale.ROOT, message, values));
        }
    }
}
