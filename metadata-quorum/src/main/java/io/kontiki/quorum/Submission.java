package io.kontiki.quorum;

import io.kontiki.proto.internal.v1.CommandReply;
import io.kontiki.proto.v1.ErrorReason;
import java.util.Objects;

/**
 * Outcome of a command.
 *
 * @param reply what applying it gave, or why it was not
 * @param index index in the log at which it was applied, 0 if it was refused before or the outcome is unknown
 */
public record Submission(CommandReply reply, long index) {
    public Submission {
        Objects.requireNonNull(reply);
    }

    /** A command that this node did not take, or whose outcome it does not know. */
    public static Submission refused(ErrorReason reason, String message) {
        return new Submission(
                CommandReply.newBuilder().setReason(reason).setMessage(message).build(), 0);
    }

    /** Whether the command was applied and not refused. */
    public boolean accepted() {
        return index > 0 && reply.getReason() == ErrorReason.ERROR_REASON_UNSPECIFIED;
    }
}
