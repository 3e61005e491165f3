package io.kontiki.metadata.command;

import io.kontiki.metadata.MetadataDelta;
import io.kontiki.metadata.MetadataImage;
import io.kontiki.proto.internal.v1.CommandReply;
import java.util.Objects;

/**
 * What applying a command gave.
 *
 * @param image the new image, at the command's place in the log, also if the command was refused
 * @param reply for the one who proposed it; its reason is unset if the command was applied
 * @param delta what changed in brokers, topics and groups
 */
public record Applied(MetadataImage image, CommandReply reply, MetadataDelta delta) {
    public Applied {
        Objects.requireNonNull(image);
        Objects.requireNonNull(reply);
        Objects.requireNonNull(delta);
    }
}
