package io.kontiki.replication;

import java.util.Objects;

/**
 * A follower's word: my log below {@code endOffset} equals yours (rule F9).
 *
 * @param link the attachment under which this was found
 * @param endOffset its log end offset
 * @param flushedOffset forced to its disk below this; at most {@code endOffset}
 * @param startOffset first offset of its log that survives a power cut
 */
public record Ack(Link link, long endOffset, long flushedOffset, long startOffset) {
    public Ack {
        Objects.requireNonNull(link);
        if (startOffset < 0 || flushedOffset > endOffset || startOffset > endOffset) {
            throw new IllegalArgumentException("log start " + startOffset + ", flushed end " + flushedOffset
                    + " and end " + endOffset + " of an ack are not in order");
        }
    }
}
