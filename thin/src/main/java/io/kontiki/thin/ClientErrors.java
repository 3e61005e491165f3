package io.kontiki.thin;

import io.kontiki.client.KontikiException;
import io.kontiki.proto.v1.ErrorReason;
import java.util.EnumSet;
import java.util.Set;
import java.util.concurrent.CompletionException;

/** Makes of a failure of the client, which is the broker here, what the caller is told. */
final class ClientErrors {
    private static final String PREFIX = "ERROR_REASON_";

    /** They say themselves that the outcome is unknown. */
    private static final Set<io.kontiki.client.ErrorReason> TELL_THE_UNKNOWN = EnumSet.of(
            io.kontiki.client.ErrorReason.NOT_ENOUGH_REPLICAS_AFTER_APPEND,
            io.kontiki.client.ErrorReason.TIMED_OUT_AFTER_APPEND,
            io.kontiki.client.ErrorReason.LEADER_CHANGED_AFTER_APPEND,
            io.kontiki.client.ErrorReason.STORAGE_ERROR);

    private ClientErrors() {}

    /**
     * A record was not acknowledged. What may have been written is never told as if it was not (rule D10): whatever was
     * the last refusal, an attempt before it counts too.
     */
    static Refused ofSend(Throwable failure, String what) {
        if (!(unwrapped(failure) instanceof KontikiException error)) {
            return Refused.because(
                    ErrorReason.ERROR_REASON_OUTCOME_UNKNOWN,
                    what + ": a defect of the broker; it may be stored",
                    unwrapped(failure));
        }
        var message = what + ": " + error.getMessage();
        boolean unknown = !error.definite() && !TELL_THE_UNKNOWN.contains(error.reason());
        return Refused.because(
                unknown ? ErrorReason.ERROR_REASON_OUTCOME_UNKNOWN : wireReason(error.reason()), message, error);
    }

    /** Something else failed, which writes no records; a commit without an answer may be stored. */
    static Refused of(KontikiException error) {
        var reason = switch (error.reason()) {
            case NO_BROKER, DISCONNECTED, TIMED_OUT -> ErrorReason.ERROR_REASON_QUORUM_UNAVAILABLE;
            default -> wireReason(error.reason());
        };
        return Refused.because(reason, error.getMessage(), error);
    }

    /** The same word where the brokers have it too; the client's own ones become what their caller can act on. */
    static ErrorReason wireReason(io.kontiki.client.ErrorReason reason) {
        return switch (reason) {
            case NO_BROKER, DISCONNECTED, TIMED_OUT, EARLIER_BATCH_FAILED -> ErrorReason.ERROR_REASON_LEADER_UNKNOWN;
            // Sequences are between the broker and the leaders; their trouble is over with the next try.
            case OUT_OF_ORDER_SEQUENCE, FENCED_PRODUCER_EPOCH, UNKNOWN_PRODUCER -> //
                ErrorReason.ERROR_REASON_LEADER_UNKNOWN;
            case BUFFER_FULL -> ErrorReason.ERROR_REASON_OVERLOADED;
            case CLOSED, INTERRUPTED -> ErrorReason.ERROR_REASON_SHUTTING_DOWN;
            case UNKNOWN -> ErrorReason.ERROR_REASON_INTERNAL;
            default -> ErrorReason.valueOf(PREFIX + reason.name());
        };
    }

    static Throwable unwrapped(Throwable failure) {
        return failure instanceof CompletionException && failure.getCause() != null ? failure.getCause() : failure;
    }
}
