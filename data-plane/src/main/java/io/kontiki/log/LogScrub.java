package io.kontiki.log;

import io.kontiki.record.BatchHeader;
import io.kontiki.record.InvalidBatchException;
import io.kontiki.storage.Disk;
import io.kontiki.storage.DiskFile;
import io.kontiki.storage.StorageException;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Optional;

/** Looks for bytes that rotted on the disk (rules L12 and R14). */
public final class LogScrub {
    /**
     * What was found in the closed segments of a log.
     *
     * @param damage if a batch is not what was appended
     * @param indexesReplaced segments whose index was wrong and was made again
     */
    public record Report(Optional<InvalidBatchException> damage, int indexesReplaced) {}

    private LogScrub() {}

    /**
     * Compares the checksums of all batches in the closed segments of an open log, and the indexes with the batches. Blocks
     * as the pace says; any thread.
     *
     * @throws StorageException if the disk fails
     */
    public static Report run(PartitionLog log, CleaningPace pace) {
        ByteBuffer chunk = ByteBuffer.allocate(SegmentScrub.CHUNK_BYTES);
        LogView seen = log.view();
        int replaced = 0;
        for (int i = 0; i < seen.segments().length - 1 && !log.isClosed(); i++) {
            LogSegment segment = seen.segments()[i];
            IndexComparison indexes = new IndexComparison(segment.indexesToCompare());
            try {
                Optional<String> wrong = compare(seen, i, indexes, chunk, pace);
                if (wrong.isPresent() && isThere(segment, seen, log)) {
                    return new Report(Optional.of(damaged(segment, wrong.get())), replaced);
                }
            } catch (StorageException e) {
                if (isThere(segment, seen, log)) {
                    throw e;
                }
                continue;
            }
            if (indexes.areWrong() && isThere(segment, seen, log)) {
                segment.replaceIndexes();
                replaced++;
            }
            if (!pace.spend(0)) {
                break;
            }
        }
        return new Report(Optional.empty(), replaced);
    }

    private static Optional<String> compare(
            LogView seen, int segment, IndexComparison indexes, ByteBuffer chunk, CleaningPace pace) {
        LogSegment found = seen.segments()[segment];
        boolean[] whole = {true};
        SegmentScrub scrub = new SegmentScrub(
                found.file(), found.baseOffset(), chunk, bytes -> whole[0] = whole[0] && pace.spend(bytes));
        Optional<String> wrong = scrub.run(indexes);
        if (!whole[0]) {
            indexes.forget();
        } else if (wrong.isEmpty() && scrub.endOffset() != seen.endOf(segment)) {
            return Optional.of(
                    "it ends at offset " + scrub.endOffset() + ", the next segment begins at " + seen.endOf(segment));
        }
        return wrong;
    }

    /** Retention, compaction and truncation take segments away, or cut them, while they are looked at. */
    private static boolean isThere(LogSegment segment, LogView seen, PartitionLog log) {
        LogView now = log.view();
        return !log.isClosed()
                && now.cuts() == seen.cuts()
                && segment.baseOffset() >= now.segments()[0].baseOffset()
                && now.holds(segment);
    }

    private static InvalidBatchException damaged(LogSegment segment, String what) {
        return new InvalidBatchException(
                InvalidBatchException.Reason.CORRUPT_BATCH, segment.file().path() + " is damaged: " + what);
    }

    /** Whether each entry of a segment's indexes names one of its batches. */
    private static final class IndexComparison implements SegmentScrub.Batches {
        private Optional<SegmentIndexes> indexes;
        private int offsetEntry;
        private int timeEntry;
        private boolean wrong;

        IndexComparison(Optional<SegmentIndexes> indexes) {
            this.indexes = indexes;
        }

        @Override
        public void onBatch(BatchHeader batch, long position) {
            indexes.ifPresent(found -> {
                compare(found.offsets(), batch, position);
                compare(found.times(), batch);
            });
        }

        private void compare(OffsetIndex offsets, BatchHeader batch, long position) {
            if (offsetEntry < offsets.count() && offsets.positionAt(offsetEntry) <= position) {
                wrong |= offsets.positionAt(offsetEntry) != position
                        || offsets.lastOffsetAt(offsetEntry) != batch.lastOffset();
                offsetEntry++;
            }
        }

        private void compare(TimeIndex times, BatchHeader batch) {
            if (timeEntry < times.count() && times.offsetAt(timeEntry) <= batch.lastOffset()) {
                wrong |= times.offsetAt(timeEntry) != batch.lastOffset()
                        || times.timestampMsAt(timeEntry) != batch.maxTimestampMs();
                timeEntry++;
            }
        }

        boolean areWrong() {
            return indexes.isPresent()
                    && (wrong
                            || offsetEntry < indexes.get().offsets().count()
                            || timeEntry < indexes.get().times().count());
        }

        /** Not all batches were seen. */
        void forget() {
            indexes = Optional.empty();
        }
    }

    /** The first damage in a log that nobody has open. */
    static Optional<DamagedLogException> findDamage(LogDirectory directory) {
        Disk disk = directory.disk();
        List<Long> bases = directory.offsetsWith(LogDirectory.LOG);
        ByteBuffer chunk = ByteBuffer.allocate(SegmentScrub.CHUNK_BYTES);
        for (int i = 0; i < bases.size(); i++) {
            String path = directory.file(bases.get(i), LogDirectory.LOG);
            try (DiskFile file = disk.open(path)) {
                SegmentScrub scrub = new SegmentScrub(file, bases.get(i), chunk, bytes -> true);
                Optional<String> wrong = scrub.run((batch, position) -> {});
                if (wrong.isEmpty() && i + 1 < bases.size() && scrub.endOffset() != bases.get(i + 1)) {
                    wrong = Optional.of("the next segment begins at offset " + bases.get(i + 1));
                }
                if (wrong.isPresent()) {
                    return Optional.of(new DamagedLogException(path, scrub.position(), scrub.endOffset(), wrong.get()));
                }
            }
        }
        return Optional.empty();
    }
}
