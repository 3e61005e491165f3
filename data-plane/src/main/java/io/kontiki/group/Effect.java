package io.kontiki.group;

import com.google.protobuf.Message;
import io.kontiki.proto.internal.v1.Command;
import io.kontiki.proto.v1.JoinResponse;
import java.util.Optional;

/** What the loop must do for the coordinator, in the order given. */
public sealed interface Effect {
    /**
     * Bring this command to the quorum, and tell the outcome by {@code onProposalResult}: always once, at the latest after
     * a time limit.
     *
     * @param proposalId names it in the outcome
     * @param command one of CHANGE_GROUP, COMMIT_GROUP_OFFSETS, DELETE_GROUP and DELETE_GROUP_OFFSETS, and nothing else
     */
    record Propose(long proposalId, Command command) implements Effect {}

    /** Send to the member on that stream; drop it if the stream is gone. */
    record Send(long streamId, JoinResponse response) implements Effect {}

    /** End the stream, with an error unless {@code refusal} is empty. Nothing more comes for it. */
    record EndStream(long streamId, Optional<Refusal> refusal) implements Effect {}

    /** Answer the call; the message is the response type of the method that the call came by. */
    record Reply(long callId, Message response) implements Effect {}

    /** Fail the call. */
    record Refuse(long callId, Refusal refusal) implements Effect {}
}
