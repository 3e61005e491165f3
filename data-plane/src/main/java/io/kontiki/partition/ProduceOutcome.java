package io.kontiki.partition;

import io.kontiki.proto.v1.ErrorReason;

/** How one append ended, as the producer is told. */
public sealed interface ProduceOutcome {
    /**
     * Stored as asked for.
     *
     * @param baseOffset offset of the batch's first record; for a duplicate, that of the first copy
     */
    record Written(long baseOffset) implements ProduceOutcome {}

    /**
     * Not acknowledged. Whether anything was written depends on the reason.
     *
     * @param message for people; names the value and the limit
     */
    record Refused(ErrorReason reason, String message) implements ProduceOutcome {}
}
