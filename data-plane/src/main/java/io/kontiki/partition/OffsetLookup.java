package io.kontiki.partition;

import io.kontiki.proto.v1.ErrorReason;
import java.util.OptionalLong;

/** What a look-up of an offset gave. */
public sealed interface OffsetLookup {
    /** @param timestampMillis of the record at the offset, for a look-up by time */
    record Found(long offset, OptionalLong timestampMillis) implements OffsetLookup {}

    /** No committed record is at or after the time. */
    record None() implements OffsetLookup {}

    /** @param message for people */
    record Refused(ErrorReason reason, String message) implements OffsetLookup {}
}
