package io.kontiki.log;

import java.util.List;
import java.util.Optional;

/**
 * Which part of a log had been durable when it stopped, as far as anyone noted: what is wrong or missing there is damage,
 * what is wrong behind it a torn tail (rules R3 and R7). The note of the log itself is written as a whole and before the
 * first segment is. If it is not there and segments are, the disk has lost it, and all of them may have been durable.
 *
 * @param note {@link OffsetCheckpoint#UNKNOWN} if it is lost
 * @param isNoteLost whether it is
 * @param isEndKnown whether the log or its clean end told the recovery point
 * @param recoveryPoint all below it was durable
 */
record DurableRange(OffsetCheckpoint note, boolean isNoteLost, boolean isEndKnown, long recoveryPoint) {
    /**
     * @param noted what the log noted of itself
     * @param cleanEnd what a clean stop noted of it
     */
    static DurableRange of(Optional<OffsetCheckpoint> noted, Optional<CleanEnd> cleanEnd) {
        OffsetCheckpoint note = noted.orElse(OffsetCheckpoint.UNKNOWN);
        return new DurableRange(
                note,
                noted.isEmpty(),
                noted.isPresent() || cleanEnd.isPresent(),
                Math.max(note.recoveryPoint(), cleanEnd.map(CleanEnd::endOffset).orElse(0L)));
    }

    /** See {@link OffsetCheckpoint#gapsBelow}; if the note is lost, they may be anywhere. */
    long gapsBelow() {
        return isNoteLost ? Long.MAX_VALUE : note.gapsBelow();
    }

    /** Whether what is wrong at an offset, or behind it, is damage. */
    boolean covers(long offset) {
        return !isEndKnown || mustHold(offset);
    }

    /** Whether the log cannot do without a record at that offset, had there been one. */
    private boolean mustHold(long offset) {
        return offset < recoveryPoint && note.logStartOffset() < recoveryPoint;
    }

    /** What is wrong if the log ends at an offset; empty if nothing is. */
    Optional<String> endAt(long endOffset) {
        return mustHold(endOffset) ? Optional.of("the log ends there") : Optional.empty();
    }

    /** Number of the first segment that counts: those below the log start were to be deleted. */
    int firstSegment(List<Long> bases) {
        int first = bases.size() - 1;
        while (first > 0 && bases.get(first) > note.logStartOffset()) {
            first--;
        }
        return first;
    }

    /** The damage if the log does not begin as it should. */
    Optional<DamagedLogException> missingStart(LogDirectory directory, List<Long> bases) {
        // Indexes go before their segment when one is deleted: without a note they tell of one that is lost.
        List<Long> indexes = isNoteLost ? directory.offsetsWith(LogDirectory.OFFSET_INDEX) : List.of();
        long start = indexes.isEmpty() ? note.logStartOffset() : indexes.get(0);
        boolean isNeeded = !indexes.isEmpty() || mustHold(start) && (!isNoteLost || bases.isEmpty());
        if (!isNeeded || !bases.isEmpty() && bases.get(0) <= start) {
            return Optional.empty();
        }
        String wrong = bases.isEmpty() ? "there is no segment at all" : "the first segment begins at " + bases.get(0);
        return Optional.of(damage(directory.file(start, LogDirectory.LOG), 0, start, wrong));
    }

    /** Damage of a segment, from a position and offset on. */
    DamagedLogException damage(String file, long position, long offset, String wrong) {
        String where = isEndKnown
                ? (offset < recoveryPoint ? "below the recovery point " + recoveryPoint + ": " : "")
                : "the recovery point is lost, all may have been durable: ";
        return new DamagedLogException(file, position, offset, where + wrong);
    }
}
