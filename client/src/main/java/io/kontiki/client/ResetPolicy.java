package io.kontiki.client;

/** What a consumer does when its position is no longer, or not yet, in the log. */
public enum ResetPolicy {
    /** Go on at the first readable record. Records may come twice, if the position was beyond the end. */
    EARLIEST,
    /** Go on at the end. Records may be missed. */
    LATEST,
    /** {@code poll} fails with {@link ErrorReason#OFFSET_OUT_OF_RANGE}; the position stays until a seek. */
    ERROR
}
