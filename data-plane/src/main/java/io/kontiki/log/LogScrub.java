package io.kontiki.log;

import io.kontiki.record.BatchHeader;
import io.kontiki.record.InvalidBatchException;
import io.kontiki.storage.StorageException;
import java.nio.ByteBuffer;
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
        LogView seen = log.view();
        if (seen.segments().length == 1) {
            // Thousands of logs have no closed segment, and each walk takes memory.
            return new Report(Optional.empty(), 0);
        }
        // After the view: what that holds was noted by then, unless the log was cut meanwhile.
        Walk walk = new Walk(seen, new BatchOrder(log.gapsBelow(), 0), pace);
        int replaced = 0;
        for (int i = 0; i < seen.segments().length - 1 && !log.isClosed() && pace.spend(0); i++) {
            LogSegment segment = seen.segments()[i];
            IndexComparison indexes = new IndexComparison(segment.indexesToCompare());
            try {
                Optional<String> wrong = walk.over(i, indexes);
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
        }
        return new Report(Optional.empty(), replaced);
    }

    /** Over the closed segments of a view, in order. */
    private record Walk(LogView seen, BatchOrder order, CleaningPace pace, ByteBuffer chunk) {
        Walk(LogView seen, BatchOrder order, CleaningPace pace) {
            this(seen, order, pace, ByteBuffer.allocate(SegmentWalk.CHUNK_BYTES));
        }

        Optional<String> over(int segment, IndexComparison indexes) {
            LogSegment found = seen.segments()[segment];
            Optional<String> wrong = new SegmentWalk(found.file(), found.baseOffset(), order, chunk)
                    .run((batch, position) -> {
                        indexes.compare(batch, position);
                        if (!pace.spend(batch.sizeInBytes())) {
                            indexes.forget();
                            return false;
                        }
                        return true;
                    });
            return wrong.isPresent() || !indexes.sawAll() ? wrong : order.endBefore(seen.endOf(segment));
        }
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
    private static final class IndexComparison {
        private final Optional<SegmentIndexes> indexes;
        private int offsetEntry;
        private int timeEntry;
        private boolean wrong;
        private boolean sawAll = true;

        IndexComparison(Optional<SegmentIndexes> indexes) {
            this.indexes = indexes;
        }

        void compare(BatchHeader batch, long position) {
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
            return sawAll
                    && indexes.isPresent()
                    && (wrong
                            || offsetEntry < indexes.get().offsets().count()
                            || timeEntry < indexes.get().times().count());
        }

        /** The walk ended early, so that the rest of the entries has no batch to go with. */
        void forget() {
            sawAll = false;
        }

        boolean sawAll() {
            return sawAll;
        }
    }
}
