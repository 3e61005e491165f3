package io.kontiki.partition;

import io.kontiki.proto.v1.ErrorReason;

/**
 * How the move of a log to another directory goes.
 *
 * @param copiedBytes written to the new directory so far
 * @param totalBytes size of the log
 * @param reason why it failed; unspecified if it did not
 * @param message for people; empty if it did not fail
 */
public record MoveStatus(State state, long copiedBytes, long totalBytes, ErrorReason reason, String message) {
    /** What comes next. */
    public enum State {
        COPYING,
        /** The log is used where it is now. */
        MOVED,
        /** The log is used where it was before. */
        FAILED
    }

    static MoveStatus copying(long copiedBytes, long totalBytes) {
        return new MoveStatus(State.COPYING, copiedBytes, totalBytes, ErrorReason.ERROR_REASON_UNSPECIFIED, "");
    }

    static MoveStatus moved(long totalBytes) {
        return new MoveStatus(State.MOVED, totalBytes, totalBytes, ErrorReason.ERROR_REASON_UNSPECIFIED, "");
    }

    /** A move that was refused, or ended where it began. */
    public static MoveStatus failed(ErrorReason reason, String message) {
        return new MoveStatus(State.FAILED, 0, 0, reason, message);
    }
}
