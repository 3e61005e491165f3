package io.kontiki.quorum.ratis;

import com.google.protobuf.InvalidProtocolBufferException;
import io.kontiki.proto.internal.v1.CommandReply;
import io.kontiki.proto.v1.ErrorReason;
import io.kontiki.quorum.Submission;
import java.util.concurrent.CompletionException;
import org.apache.ratis.protocol.RaftClientReply;
import org.apache.ratis.protocol.exceptions.LeaderNotReadyException;
import org.apache.ratis.protocol.exceptions.LeaderSteppingDownException;
import org.apache.ratis.protocol.exceptions.NotLeaderException;
import org.apache.ratis.protocol.exceptions.ResourceUnavailableException;

/** What Ratis answered, in our words. It tells failures by exceptions inside and outside of replies. */
final class Outcomes {
    private Outcomes() {}

    /** @param reply null if there is an error */
    static Submission of(RaftClientReply reply, Throwable error) {
        if (error != null) {
            return of(error);
        }
        if (!reply.isSuccess()) {
            return of(reply.getException());
        }
        try {
            var bytes = reply.getMessage().getContent().asReadOnlyByteBuffer();
            return new Submission(CommandReply.parseFrom(bytes), reply.getLogIndex());
        } catch (InvalidProtocolBufferException e) {
            return Submission.refused(ErrorReason.ERROR_REASON_INTERNAL, "unreadable reply: " + e.getMessage());
        }
    }

    static Submission of(Throwable error) {
        var cause = error instanceof CompletionException && error.getCause() != null ? error.getCause() : error;
        if (cause instanceof NotLeaderException
                || cause instanceof LeaderNotReadyException
                || cause instanceof LeaderSteppingDownException) {
            return Submission.refused(ErrorReason.ERROR_REASON_NOT_LEADER, "this voter does not lead the quorum");
        }
        if (cause instanceof ResourceUnavailableException) {
            return Submission.refused(
                    ErrorReason.ERROR_REASON_OVERLOADED,
                    "too many metadata commands are waiting: " + cause.getMessage());
        }
        return Submission.refused(
                ErrorReason.ERROR_REASON_QUORUM_UNAVAILABLE, "the metadata log did not answer: " + cause);
    }
}
