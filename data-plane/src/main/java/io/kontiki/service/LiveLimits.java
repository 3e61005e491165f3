package io.kontiki.service;

/**
 * Limits of the data plane that may change while it runs. Rates are bytes per second, at least 1, {@link Long#MAX_VALUE} for no
 * bound.
 *
 * @param compactionBytesPerSecond what all compaction together reads and writes
 * @param scrubBytesPerSecond what all scrubs together read
 * @param moveBytesPerSecond what moving logs between directories copies
 * @param offsetsRetentionMillis a group without members is forgotten this long after it was last used, at least 1
 * @param groupMembersMax members of one group, at least 1
 */
public record LiveLimits(
        long compactionBytesPerSecond,
        long scrubBytesPerSecond,
        long moveBytesPerSecond,
        long offsetsRetentionMillis,
        int groupMembersMax) {}
