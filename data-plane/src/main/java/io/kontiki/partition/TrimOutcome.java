package io.kontiki.partition;

import io.kontiki.proto.v1.ErrorReason;

/** How the deletion of a partition's oldest records ended. */
public sealed interface TrimOutcome {
    /** No live replica gives out records below this offset any more, nor will after a power cut. */
    record Trimmed(long logStartOffset) implements TrimOutcome {}

    /**
     * Not done, or not known to be done.
     *
     * @param message for people; names the value and the limit
     */
    record Refused(ErrorReason reason, String message) implements TrimOutcome {}
}
