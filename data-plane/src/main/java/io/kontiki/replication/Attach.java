package io.kontiki.replication;

import java.util.Objects;
import java.util.OptionalInt;

/**
 * A follower states its position (rule F2).
 *
 * @param link the link it wants to open
 * @param startOffset first offset of its log
 * @param lastEpoch leader epoch of its last batch; empty if its log never held one
 * @param endOffset its log end offset
 * @param flushedOffset forced to its disk below this
 */
public record Attach(Link link, long startOffset, OptionalInt lastEpoch, long endOffset, long flushedOffset) {
    public Attach {
        Objects.requireNonNull(link);
        Objects.requireNonNull(lastEpoch);
        if (startOffset < 0 || flushedOffset > endOffset || startOffset > endOffset) {
            throw new IllegalArgumentException("log start " + startOffset + ", flushed end " + flushedOffset
                    + " and end " + endOffset + " of an attach are not in order");
        }
    }
}
