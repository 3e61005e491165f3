package io.kontiki.client;

import java.util.Objects;
import java.util.OptionalInt;
import java.util.OptionalLong;

/**
 * How far a group is in a partition.
 *
 * @param offset the next record to read: one more than that of the last record worked through; at least 0
 * @param leaderEpoch {@link ConsumerRecord#leaderEpoch} of the record before, if known
 * @param metadata anything, at most 4096 bytes of UTF-8
 * @param committedAtMs when it was stored, in milliseconds since 1970; the cluster sets it, a commit ignores it
 */
public record CommittedOffset(long offset, OptionalInt leaderEpoch, String metadata, OptionalLong committedAtMs) {
    public CommittedOffset {
        Limits.atLeast("offset", offset, 0);
        Objects.requireNonNull(leaderEpoch, "leaderEpoch");
        Objects.requireNonNull(metadata, "metadata");
        Objects.requireNonNull(committedAtMs, "committedAtMs");
    }

    /** The record with this offset is the next to read. */
    public static CommittedOffset of(long offset) {
        return new CommittedOffset(offset, OptionalInt.empty(), "", OptionalLong.empty());
    }

    /** The record behind this one is the next to read. */
    public static CommittedOffset after(ConsumerRecord record) {
        return new CommittedOffset(record.offset() + 1, OptionalInt.of(record.leaderEpoch()), "", OptionalLong.empty());
    }

    /** The same with something to remember. */
    public CommittedOffset withMetadata(String text) {
        return new CommittedOffset(offset, leaderEpoch, text, committedAtMs);
    }
}
