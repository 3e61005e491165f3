package io.kontiki.service;

import com.google.protobuf.Message;
import io.grpc.StatusRuntimeException;
import io.kontiki.group.Effect;
import io.kontiki.proto.v1.ErrorReason;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;

/**
 * Who waits for the coordinator of this broker: members' streams and calls, by the numbers that it knows them by. Runs what
 * it says. Owned by the group loop.
 */
final class GroupCallers {
    /** Members' streams that end here. */
    private static final int STREAMS_MAX = 20_000;
    /** Calls that wait for their answer. */
    private static final int CALLS_MAX = 20_000;

    private final Consumer<Effect.Propose> proposals;
    private final Map<Long, MemberStream> streams = new HashMap<>();
    private final Map<Long, CompletableFuture<Message>> calls = new HashMap<>();
    private boolean ending;

    /** @param proposals takes what is to be brought to the quorum */
    GroupCallers(Consumer<Effect.Propose> proposals) {
        this.proposals = proposals;
    }

    /** Takes a member's stream; whether it did. Else the stream has ended with the reason. */
    boolean add(MemberStream stream) {
        if (ending) {
            stream.end(stopping());
        } else if (streams.size() >= STREAMS_MAX) {
            stream.end(overloaded(STREAMS_MAX + " members' streams end at this broker already"));
        } else {
            streams.put(stream.id(), stream);
            return true;
        }
        return false;
    }

    boolean has(MemberStream stream) {
        return streams.containsKey(stream.id());
    }

    /** Forgets a stream that is gone; whether it was there. */
    boolean remove(MemberStream stream) {
        return streams.remove(stream.id()) != null;
    }

    /** Takes a call; whether it did. Else it has failed with the reason. */
    boolean add(long callId, CompletableFuture<Message> answer) {
        if (calls.size() >= CALLS_MAX) {
            answer.completeExceptionally(overloaded(CALLS_MAX + " calls about groups wait at this broker already"));
            return false;
        }
        calls.put(callId, answer);
        return true;
    }

    /** Ends all streams with SHUTTING_DOWN, and those to come. */
    void endStreams() {
        ending = true;
        streams.values().forEach(stream -> stream.end(stopping()));
        streams.clear();
    }

    void run(List<Effect> effects) {
        effects.forEach(this::run);
    }

    private void run(Effect effect) {
        if (effect instanceof Effect.Send send) {
            var stream = streams.get(send.streamId());
            if (stream != null) {
                stream.send(send.response());
            }
        } else if (effect instanceof Effect.EndStream end) {
            end(end);
        } else if (effect instanceof Effect.Reply reply) {
            calls.remove(reply.callId()).complete(reply.response());
        } else if (effect instanceof Effect.Refuse refuse) {
            calls.remove(refuse.callId())
                    .completeExceptionally(ServiceErrors.exception(
                            refuse.refusal().reason(), refuse.refusal().message()));
        } else if (effect instanceof Effect.Propose propose) {
            proposals.accept(propose);
        } else {
            throw new AssertionError(effect);
        }
    }

    private void end(Effect.EndStream end) {
        var stream = streams.remove(end.streamId());
        if (stream == null) {
            return; // It was gone before.
        }
        end.refusal()
                .ifPresentOrElse(
                        refusal -> stream.end(ServiceErrors.exception(refusal.reason(), refusal.message())),
                        stream::complete);
    }

    private static StatusRuntimeException stopping() {
        return ServiceErrors.exception(ErrorReason.ERROR_REASON_SHUTTING_DOWN, "this broker is stopping");
    }

    static StatusRuntimeException overloaded(String what) {
        return ServiceErrors.exception(ErrorReason.ERROR_REASON_OVERLOADED, what + ", its limit");
    }
}
