package io.kontiki.group;

import com.google.protobuf.Message;
import io.kontiki.proto.internal.v1.Command;
import io.kontiki.proto.internal.v1.CommandReply;
import io.kontiki.proto.v1.ErrorReason;
import io.kontiki.proto.v1.JoinResponse;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Gathers the effects of an event, and knows which streams and proposals are open, and whose they are. Owned by one thread.
 */
final class Outbox {
    /** Where the outcome of a proposal goes. */
    interface Proposer {
        /** @param index at which it was applied; 0 if that is not known */
        void onOutcome(CommandReply reply, long index, Moment now);
    }

    /** Whose stream it is. */
    record Owner(String groupId, String memberId) {}

    private final Map<Long, Owner> streams = new HashMap<>();
    private final Map<Long, Proposer> proposals = new HashMap<>();
    private List<Effect> effects = new ArrayList<>();
    private long lastProposal;

    /** What gathered since the last call. */
    List<Effect> take() {
        var taken = effects;
        effects = new ArrayList<>();
        return taken;
    }

    void openStream(long streamId, Owner owner) {
        streams.put(streamId, owner);
    }

    /** Empty if the stream has ended. */
    Optional<Owner> owner(long streamId) {
        return Optional.ofNullable(streams.get(streamId));
    }

    int streams() {
        return streams.size();
    }

    void forgetStream(long streamId) {
        streams.remove(streamId);
    }

    void send(long streamId, JoinResponse.Builder response) {
        effects.add(new Effect.Send(streamId, response.build()));
    }

    void endStream(long streamId, Optional<Refusal> refusal) {
        streams.remove(streamId);
        effects.add(new Effect.EndStream(streamId, refusal));
    }

    void reply(long callId, Message response) {
        effects.add(new Effect.Reply(callId, response));
    }

    void refuse(long callId, Refusal refusal) {
        effects.add(new Effect.Refuse(callId, refusal));
    }

    void refuse(long callId, ErrorReason reason, String message) {
        refuse(callId, new Refusal(reason, message));
    }

    void propose(Command.Builder command, Proposer proposer) {
        proposals.put(++lastProposal, proposer);
        effects.add(new Effect.Propose(lastProposal, command.build()));
    }

    Optional<Proposer> finishProposal(long proposalId) {
        return Optional.ofNullable(proposals.remove(proposalId));
    }
}
