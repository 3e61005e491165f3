package io.kontiki.client;

import java.util.Objects;

/** A call failed. The reason is for programs, the message for people: it says what failed and what to do. */
public class KontikiException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final ErrorReason reason;
    private final boolean definite;

    /** A failure for this reason. */
    public KontikiException(ErrorReason reason, String message) {
        this(reason, message, null);
    }

    /** A failure for this reason; the cause may be null. */
    public KontikiException(ErrorReason reason, String message, Throwable cause) {
        this(reason, message, cause, reason.definite());
    }

    KontikiException(ErrorReason reason, String message, Throwable cause, boolean definite) {
        super(message, cause);
        this.reason = Objects.requireNonNull(reason, "reason");
        this.definite = definite;
    }

    /** Why it failed. */
    public ErrorReason reason() {
        return reason;
    }

    /** Whether the same call may go well later. A failed send was retried already, until its delivery time-out. */
    public boolean retriable() {
        return reason.retriable();
    }

    /**
     * Whether certainly nothing was written, by this or any earlier attempt. If false, the records may or may not be in
     * the log.
     */
    public boolean definite() {
        return definite;
    }
}
