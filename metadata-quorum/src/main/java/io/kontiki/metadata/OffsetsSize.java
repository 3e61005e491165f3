package io.kontiki.metadata;

import static java.nio.charset.StandardCharsets.UTF_8;

/**
 * What committed offsets take, of a group or of all: every broker has them in its memory.
 *
 * @param count partitions with an offset, of each group that has one
 * @param metadataBytes of their metadata, in UTF-8
 */
public record OffsetsSize(long count, long metadataBytes) {
    public static final OffsetsSize NONE = new OffsetsSize(0, 0);

    public OffsetsSize {
        if (count < 0 || metadataBytes < 0) {
            throw new IllegalArgumentException(count + " offsets with " + metadataBytes + " bytes cannot be");
        }
    }

    /** The size of one offset. */
    public static OffsetsSize of(CommittedOffset offset) {
        // Most are committed without.
        return new OffsetsSize(
                1, offset.metadata().isEmpty() ? 0 : offset.metadata().getBytes(UTF_8).length);
    }

    public OffsetsSize plus(OffsetsSize other) {
        return new OffsetsSize(count + other.count, metadataBytes + other.metadataBytes);
    }

    /** @throws IllegalArgumentException if {@code other} is not part of this */
    public OffsetsSize minus(OffsetsSize other) {
        return new OffsetsSize(count - other.count, metadataBytes - other.metadataBytes);
    }
}
