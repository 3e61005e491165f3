package io.kontiki.controller;

import io.kontiki.metadata.MetadataImage;
import io.kontiki.proto.internal.v1.Command;
import io.kontiki.proto.internal.v1.CommandReply;
import io.kontiki.proto.internal.v1.CreateTopic;
import io.kontiki.proto.internal.v1.ProposeResponse;

/** What to do with a proposal. */
public sealed interface Prepared {
    /** Submit this command to the metadata log, and answer the proposal by what comes of it. */
    record Submit(Command command, Answer answer) implements Prepared {
        /** The command's reply is all there is to tell. */
        public Submit(Command command) {
            this(command, (reply, image) -> ProposeResponse.newBuilder().setReply(reply));
        }
    }

    /** Makes the answer out of the command's reply and an image that holds the command. */
    interface Answer {
        ProposeResponse.Builder of(CommandReply reply, MetadataImage image);
    }

    /** Answer with this refusal; nothing goes to the log. */
    record Refuse(CommandReply reply) implements Prepared {}

    /** Answer with this; nothing goes to the log. */
    record Answered(ProposeResponse response) implements Prepared {}

    /** What is asked for is so in this image, by an earlier attempt. */
    static Prepared done(MetadataImage image) {
        return new Answered(ProposeResponse.newBuilder()
                .setReply(CommandReply.getDefaultInstance())
                .setIndex(image.position().index())
                .build());
    }

    /** The caller only asked for a check (validate_only): answer with the topic as it would be. */
    record Planned(CreateTopic topic) implements Prepared {}
}
