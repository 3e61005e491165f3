package io.kontiki.thin;

import io.kontiki.proto.v1.ErrorReason;
import io.kontiki.proto.v1.PartitionError;
import java.util.Objects;
import java.util.Optional;

/** Ends a call, or one message of a stream, with an error that its sender gets to see. */
final class Refused extends RuntimeException {
    private static final long serialVersionUID = 1L;
    /** What a caller sent may be in it, and would not fit in the header of an answer. */
    private static final int MESSAGE_LENGTH_MAX = 500;

    private final ErrorReason reason;
    private final String field;

    private Refused(ErrorReason reason, String message, String field, Throwable cause) {
        super(excerpt(message), cause);
        this.reason = Objects.requireNonNull(reason);
        this.field = field;
    }

    private static String excerpt(String message) {
        return message.length() <= MESSAGE_LENGTH_MAX
                ? message
                : message.substring(0, MESSAGE_LENGTH_MAX) + "... (" + message.length() + " characters)";
    }

    static Refused because(ErrorReason reason, String message) {
        return new Refused(reason, message, null, null);
    }

    static Refused because(ErrorReason reason, String message, Throwable cause) {
        return new Refused(reason, message, null, cause);
    }

    /** A field of the request is to blame. */
    static Refused field(ErrorReason reason, String field, String message) {
        return new Refused(reason, field + ": " + message, field, null);
    }

    static Refused invalid(String field, String message) {
        return field(ErrorReason.ERROR_REASON_INVALID_ARGUMENT, field, message);
    }

    ErrorReason reason() {
        return reason;
    }

    RuntimeException toStatus(WireErrors errors) {
        return errors.status(reason, getMessage(), Optional.ofNullable(field));
    }

    PartitionError toPartitionError(WireErrors errors) {
        return errors.partitionError(reason, getMessage());
    }
}
