package io.kontiki.simulation.log;

import io.kontiki.log.LogConfig;
import io.kontiki.log.PartitionLog;
import io.kontiki.storage.Disk;
import java.util.random.RandomGenerator;

/**
 * A log that was opened after a power cut, and held what it must.
 *
 * @param found what it is from now on
 */
record Recovery(PartitionLog log, ExpectedLog found) {
    /**
     * Opens the log.
     *
     * @param promisedEnd below it everything survives, unless another log may have taken this one's place
     * @throws io.kontiki.simulation.SimulationFailure if something is missing, or there is what was never written there
     */
    static Recovery open(Disk disk, ExpectedLog expected, long promisedEnd, LogConfig config, RandomGenerator random) {
        ExpectedLog candidate = candidate(disk, expected);
        PartitionLog log = PartitionLog.open(disk, TrackedLog.DIRECTORY, candidate.topicId(), config);
        LogChecks.requireNoUnfinishedSwap(disk, TrackedLog.DIRECTORY);
        if (isReset(log, expected, config)) {
            ExpectedLog empty = expected.replacement().orElseThrow();
            return new Recovery(log, LogChecks.requirePrefix(log, empty, empty.startOffset(), config, random));
        }
        long minEndOffset = candidate == expected ? promisedEnd : candidate.startOffset();
        return new Recovery(log, LogChecks.requirePrefix(log, candidate, minEndOffset, config, random));
    }

    /** The log to open: the old one of a deleted topic as long as its directory is there, then the new topic's. */
    static ExpectedLog candidate(Disk disk, ExpectedLog expected) {
        ExpectedLog replacement = expected.replacement().orElse(expected);
        boolean isDeleted = !replacement.topicId().equals(expected.topicId()) && !disk.exists(TrackedLog.DIRECTORY);
        return isDeleted ? replacement : expected;
    }

    /** Where the old log was cut to its own start, which is the first half of a reset to there, it knows its producers. */
    private static boolean isReset(PartitionLog log, ExpectedLog expected, LogConfig config) {
        return expected.replacement()
                .filter(empty -> empty.topicId().equals(log.topicId())
                        && log.logStartOffset() == empty.startOffset()
                        && log.endOffset() == empty.startOffset()
                        && log.producers().size()
                                <= empty.producers(config.maxProducerIds()).size())
                .isPresent();
    }
}
