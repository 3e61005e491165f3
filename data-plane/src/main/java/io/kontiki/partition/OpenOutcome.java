package io.kontiki.partition;

import java.util.Optional;

/**
 * What came of opening a log in a directory.
 *
 * @param log there if and only if it is {@link Kind#OPEN}
 */
record OpenOutcome(Kind kind, Optional<PartitionLogs.Placed> log) {
    /** Said of the moment of the opening: the directory may have room again, or be offline, when somebody hears of it. */
    enum Kind {
        OPEN,
        /** There is none, and none was to be made. */
        ABSENT,
        /** There was no room to make it, or to recover it. */
        NO_ROOM,
        /** Whatever else is wrong with it, or with its directory. */
        FAILED
    }

    OpenOutcome {
        if (log.isPresent() != (kind == Kind.OPEN)) {
            throw new IllegalArgumentException("an opening that is " + kind + " with log " + log);
        }
    }

    static OpenOutcome of(PartitionLogs.Placed log) {
        return new OpenOutcome(Kind.OPEN, Optional.of(log));
    }

    static OpenOutcome without(Kind why) {
        return new OpenOutcome(why, Optional.empty());
    }
}
