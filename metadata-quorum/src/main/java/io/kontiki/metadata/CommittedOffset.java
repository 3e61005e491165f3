package io.kontiki.metadata;

import java.util.Objects;

/**
 * Where a group goes on reading a partition (rule G5).
 *
 * @param offset of the next record to read, at least 0; may be below that of an earlier commit, on purpose
 * @param leaderEpoch that of the record before, to notice a log that was cut since; {@link #NO_LEADER_EPOCH} if not known
 * @param metadata of the one who committed, at most 4096 bytes
 * @param committedAtMs when, in milliseconds since 1970
 * @param index of the entry that stored it; 0 before it is stored. A commit that was planned on an earlier image is void
 */
public record CommittedOffset(long offset, int leaderEpoch, String metadata, long committedAtMs, long index) {
    public static final int NO_LEADER_EPOCH = -1;

    public CommittedOffset {
        if (offset < 0 || leaderEpoch < NO_LEADER_EPOCH) {
            throw new IllegalArgumentException(
                    "a committed offset of " + offset + " after leader epoch " + leaderEpoch + " cannot be");
        }
        Objects.requireNonNull(metadata);
    }

    /** One that is to be stored. */
    public CommittedOffset(long offset, int leaderEpoch, String metadata, long committedAtMs) {
        this(offset, leaderEpoch, metadata, committedAtMs, 0);
    }
}
