package io.kontiki.log;

import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/**
 * The log as readers see it at one moment: which segments there are, how far they may be read, and the epochs. Immutable;
 * the segments themselves may have grown since, behind the end offset.
 *
 * @param segments by rising base offset, at least one; the last one grows
 * @param endOffset log end offset
 * @param epochs leader epochs up to it
 * @param generation rises with each truncation or reset, which alone change what was readable before
 */
record LogView(LogSegment[] segments, long endOffset, LeaderEpochIndex epochs, int generation) {
    static LogView of(List<LogSegment> segments, long endOffset, LeaderEpochIndex epochs) {
        return new LogView(segments.toArray(LogSegment[]::new), endOffset, epochs, 0);
    }

    long logStartOffset() {
        return segments[0].baseOffset();
    }

    LogSegment active() {
        return segments[segments.length - 1];
    }

    LogView withEnd(long newEndOffset, LeaderEpochIndex newEpochs) {
        return new LogView(segments, newEndOffset, newEpochs, generation);
    }

    LogView withSegment(LogSegment segment) {
        LogSegment[] more = Arrays.copyOf(segments, segments.length + 1);
        more[segments.length] = segment;
        return new LogView(more, endOffset, epochs, generation);
    }

    /** This view cut to an offset of the segment {@code last}, which is kept. */
    LogView truncatedTo(int last, long newEndOffset) {
        return new LogView(
                Arrays.copyOf(segments, last + 1), newEndOffset, epochs.truncatedTo(newEndOffset), generation + 1);
    }

    LogView resetTo(LogSegment only) {
        return new LogView(new LogSegment[] {only}, only.baseOffset(), LeaderEpochIndex.empty(), generation + 1);
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

    long sizeInBytes() {
        long bytes = 0;
        for (LogSegment segment : segments) {
            bytes += segment.sizeInBytes();
        }
        return bytes;
    }

    LogSlice read(String directory, long fromOffset, int maxBytes, long toOffsetExclusive) {
        if (fromOffset < logStartOffset() || fromOffset > endOffset) {
            throw new OffsetOutOfRangeException(directory, fromOffset, logStartOffset(), endOffset);
        }
        long to = Math.min(toOffsetExclusive, endOffset);
        if (fromOffset >= to) {
            return LogSlice.empty(fromOffset);
        }
        return segments[segmentOf(fromOffset)].read(fromOffset, maxBytes, to);
    }

    Optional<TimestampOffset> offsetForTimestamp(long timestampMs) {
        for (LogSegment segment : segments) {
            if (segment.maxTimestampMs() >= timestampMs) {
                Optional<TimestampOffset> found = segment.offsetForTimestamp(timestampMs, endOffset);
                if (found.isPresent()) {
                    return found;
                }
            }
        }
        return Optional.empty();
    }
}
