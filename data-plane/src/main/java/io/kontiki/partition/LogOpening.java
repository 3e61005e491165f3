package io.kontiki.partition;

import java.util.Optional;

/**
 * What came of opening a log in a directory.
 *
 * @param log there if {@link End#OPEN}
 */
record LogOpening(End end, Optional<PartitionLogs.Placed> log) {
    /** Said of the moment of the opening: the directory may have room again, or be offline, when somebody hears of it. */
    enum End {
        OPEN,
        /** There is none, and none was to be made. */
        ABSENT,
        /** There was no room to make it, or to recover it. */
        NO_ROOM,
        /** Whatever else is wrong with it, or with its directory. */
        FAILED
    }

    static LogOpening of(PartitionLogs.Placed log) {
        return new LogOpening(End.OPEN, Optional.of(log));
    }

    static LogOpening without(End why) {
        return new LogOpening(why, Optional.empty());
    }
}
