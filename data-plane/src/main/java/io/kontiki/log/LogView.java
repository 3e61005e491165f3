package io.kontiki.log;

import io.kontiki.record.InvalidBatchException;
import io.kontiki.storage.StorageException;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.function.Function;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The log as readers see it at one moment: which segments there are, how far they may be read, and the epochs. Immutable;
 * the segments themselves may have grown since, behind the end offset.
 *
 * @param segments by rising base offset, at least one; each ends where the next begins, and the last one grows
 * @param logStartOffset first offset that may be read: in the first segment or, if that one is empty, its base
 * @param endOffset log end offset
 * @param epochs leader epochs from the log start up to it
 * @param generation rises with each change that takes files from under readers: truncation, reset, a log start that
 *     leaves segments behind, an exchange of segments
 * @param cuts truncations and resets so far: what lies at an offset stays the same while this does
 */
record LogView(
        LogSegment[] segments, long logStartOffset, long endOffset, LeaderEpochIndex epochs, int generation, int cuts) {
    private static final Logger LOG = LoggerFactory.getLogger(LogView.class);

    static LogView of(List<LogSegment> segments, long logStartOffset, long endOffset, LeaderEpochIndex epochs) {
        return new LogView(segments.toArray(LogSegment[]::new), logStartOffset, endOffset, epochs, 0, 0);
    }

    LogSegment active() {
        return segments[segments.length - 1];
    }

    /** Where a segment ends: where the next one begins. */
    long endOf(int segment) {
        return segment == segments.length - 1 ? endOffset : segments[segment + 1].baseOffset();
    }

    LogView withEnd(long newEndOffset, LeaderEpochIndex newEpochs) {
        return new LogView(segments, logStartOffset, newEndOffset, newEpochs, generation, cuts);
    }

    LogView withSegment(LogSegment segment) {
        LogSegment[] more = Arrays.copyOf(segments, segments.length + 1);
        more[segments.length] = segment;
        return new LogView(more, logStartOffset, endOffset, epochs, generation, cuts);
    }

    /** This view from an offset on; the segment that holds it, or would, becomes the first. */
    LogView startingAt(long offset) {
        int first = segmentOf(offset);
        return new LogView(
                Arrays.copyOfRange(segments, first, segments.length),
                offset,
                endOffset,
                epochs.startingAt(offset),
                first == 0 ? generation : generation + 1,
                cuts);
    }

    /**
     * This view cut to an offset of the segment {@code last}, which is kept. A log start above it, which was in the middle of
     * a batch or in a gap, comes down to it.
     */
    LogView truncatedTo(int last, long newEndOffset) {
        return new LogView(
                Arrays.copyOf(segments, last + 1),
                Math.min(logStartOffset, newEndOffset),
                newEndOffset,
                epochs.truncatedTo(newEndOffset),
                generation + 1,
                cuts + 1);
    }

    /** A log of one empty segment. */
    LogView resetTo(LogSegment only, LeaderEpochIndex newEpochs) {
        long start = only.baseOffset();
        return new LogView(new LogSegment[] {only}, start, start, newEpochs, generation + 1, cuts + 1);
    }

    /** This view with another segment in place of adjacent closed ones; empty if these are not all there any more. */
    Optional<LogView> exchanged(List<LogSegment> replaced, LogSegment by) {
        int first = Arrays.asList(segments).indexOf(replaced.get(0));
        int behind = first + replaced.size();
        if (first < 0
                || behind >= segments.length
                || !Arrays.asList(segments).subList(first, behind).equals(replaced)) {
            return Optional.empty();
        }
        LogSegment[] fewer = new LogSegment[segments.length - replaced.size() + 1];
        System.arraycopy(segments, 0, fewer, 0, first);
        fewer[first] = by;
        System.arraycopy(segments, behind, fewer, first + 1, segments.length - behind);
        return Optional.of(new LogView(fewer, logStartOffset, endOffset, epochs, generation + 1, cuts));
    }

    /** Number of the segment that holds the offset, or would; the offset is at or above the log start. */
    int segmentOf(long offset) {
        int low = 0;
        int high = segments.length - 1;
        while (low < high) {
            int middle = (low + high + 1) >>> 1;
            if (segments[middle].baseOffset() <= offset) {
                low = middle;
            } else {
                high = middle - 1;
            }
        }
        return low;
    }

    boolean holds(LogSegment segment) {
        return segments[segmentOf(segment.baseOffset())] == segment;
    }

    /** What a clean stop would vouch for: what the log loads with. */
    CleanEnd cleanEnd() {
        return new CleanEnd(
                endOffset, epochs.truncatedTo(endOffset).latestEpoch().orElse(CleanEnd.NO_EPOCH));
    }

    boolean hasSegmentAt(long baseOffset) {
        return segments[segmentOf(baseOffset)].baseOffset() == baseOffset;
    }

    long sizeInBytes() {
        long bytes = 0;
        for (LogSegment segment : segments) {
            bytes += segment.sizeInBytes();
        }
        return bytes;
    }

    /** @throws OffsetOutOfRangeException if the offset is below the log start or above the log end */
    void requireWithin(String directory, long offset) {
        if (offset < logStartOffset || offset > endOffset) {
            throw new OffsetOutOfRangeException(directory, offset, logStartOffset, endOffset);
        }
    }

    /**
     * Reads from one view, and again if a change came between: then bytes or files may have been pulled away. Also again,
     * without mapped indexes, if the disk lost a page of one.
     */
    static <T> T look(Supplier<LogView> current, Function<LogView, T> read) {
        boolean mapped = true;
        while (true) {
            LogView view = current.get();
            try {
                T seen = read.apply(view);
                awaitLostPage(view);
                if (view.generation == current.get().generation) {
                    return seen;
                }
            } catch (StorageException | InvalidBatchException e) {
                if (view.generation == current.get().generation) {
                    throw e;
                }
            } catch (InternalError pageLost) {
                if (!mapped) {
                    throw pageLost;
                }
                LOG.warn("Cannot read a mapped index, goes on without: {}", pageLost.getMessage());
                mapped = false;
                for (LogSegment segment : view.segments) {
                    segment.mapNoMore();
                }
            }
        }
    }

    /**
     * Compiled code goes on after a page was lost, with whatever bytes, and the error is thrown when the thread next comes back
     * from native code: this does so, and is cheap.
     */
    private static void awaitLostPage(LogView view) {
        Thread.holdsLock(view);
    }

    /** @param mayHaveGaps asked after this view was taken */
    LogSlice read(
            String directory,
            long fromOffset,
            int maxBytes,
            long toOffsetExclusive,
            boolean mayHaveGaps,
            ReadMemory memory) {
        requireWithin(directory, fromOffset);
        long to = Math.min(toOffsetExclusive, endOffset);
        if (fromOffset >= to) {
            return LogSlice.empty(fromOffset);
        }
        try {
            int segment = segmentOf(fromOffset);
            LogSlice slice =
                    segments[segment].reader().read(fromOffset, maxBytes, to, endOf(segment), mayHaveGaps, memory);
            if (slice.isEmpty() && to == endOffset) {
                throw new InvalidBatchException(
                        InvalidBatchException.Reason.CORRUPT_BATCH,
                        "the batch reaches beyond the log end " + endOffset);
            }
            return slice;
        } catch (InvalidBatchException e) {
            throw new InvalidBatchException(
                    e.reason(), directory + " cannot be read from offset " + fromOffset + ": " + e.getMessage());
        }
    }

    /** See {@link PartitionLog#timestampFrom}. */
    OptionalLong timestampFrom(long offset) {
        long from = Math.max(offset, logStartOffset);
        for (int i = segmentOf(from); i < segments.length; i++) {
            OptionalLong found = segments[i].reader().timestampFrom(from, endOffset);
            if (found.isPresent()) {
                return found;
            }
        }
        return OptionalLong.empty();
    }

    Optional<TimestampOffset> offsetForTimestamp(long timestampMs) {
        for (LogSegment segment : segments) {
            if (segment.maxTimestampMs() >= timestampMs) {
                Optional<TimestampOffset> found =
                        segment.reader().offsetForTimestamp(timestampMs, logStartOffset, endOffset);
                if (found.isPresent()) {
                    return found;
                }
            }
        }
        return Optional.empty();
    }
}
