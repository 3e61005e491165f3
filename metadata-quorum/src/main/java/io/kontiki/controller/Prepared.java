package io.kontiki.controller;

import io.kontiki.proto.internal.v1.Command;
import io.kontiki.proto.internal.v1.CommandReply;
import io.kontiki.proto.internal.v1.CreateTopic;

/** What to do with a proposal. */
public sealed interface Prepared {
    /** Submit this command to the metadata log; its reply answers the proposal. */
    record Submit(Command command) implements Prepared {}

    /** Answer with this refusal; nothing goes to the log. */
    record Refuse(CommandReply reply) implements Prepared {}

    /** The caller only asked for a check (validate_only): answer with the topic as it would be. */
    record Planned(CreateTopic topic) implements Prepared {}
}
