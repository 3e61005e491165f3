package io.kontiki.metadata.command;

import io.kontiki.metadata.UuidBytes;
import io.kontiki.proto.internal.v1.CommandReply;
import io.kontiki.proto.internal.v1.TopicReply;
import io.kontiki.proto.v1.ErrorReason;
import java.util.UUID;

/** Builds replies to commands. */
public final class Replies {
    private Replies() {}

    /** A refusal; {@code message} names the field, the value and the limit. */
    public static CommandReply refusal(ErrorReason reason, String message) {
        return CommandReply.newBuilder().setReason(reason).setMessage(message).build();
    }

    public static boolean isRefusal(CommandReply reply) {
        return reply.getReasonValue() != ErrorReason.ERROR_REASON_UNSPECIFIED_VALUE;
    }

    static CommandReply ok() {
        return CommandReply.getDefaultInstance();
    }

    static CommandReply topic(UUID id) {
        return CommandReply.newBuilder()
                .setTopic(TopicReply.newBuilder().setTopicId(UuidBytes.toBytes(id)))
                .build();
    }

    static CommandReply invalid(String message) {
        return refusal(ErrorReason.ERROR_REASON_INVALID_ARGUMENT, message);
    }
}
