package io.kontiki.controller;

import io.kontiki.metadata.Excerpt;
import io.kontiki.metadata.MetadataImage;
import io.kontiki.metadata.PartitionRegistration;
import io.kontiki.metadata.TopicPartition;
import io.kontiki.metadata.UuidBytes;
import io.kontiki.metadata.command.Replies;
import io.kontiki.proto.internal.v1.CommandReply;
import io.kontiki.proto.internal.v1.PartitionRef;
import io.kontiki.proto.internal.v1.PartitionReplies;
import io.kontiki.proto.internal.v1.PartitionReply;
import io.kontiki.proto.internal.v1.PartitionVersion;
import io.kontiki.proto.v1.ErrorReason;
import io.kontiki.proto.v1.PartitionName;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * What becomes of each partition that a request names: some are judged at once, the others by the command that is made of
 * them. One after the other, in the request's order.
 */
final class PartitionVerdicts {
    /** Partitions in one request. */
    static final int PARTITIONS_MAX = 1_000;

    private final MetadataImage image;
    private final Set<PartitionName> named = new HashSet<>();
    /** Empty for those that the command judges. */
    private final List<Optional<PartitionReply>> verdicts = new ArrayList<>();

    PartitionVerdicts(MetadataImage image) {
        this.image = image;
    }

    /** A partition that a request names. */
    record Found(TopicPartition partition, PartitionRegistration record) {
        PartitionVersion version() {
            return PartitionVersion.newBuilder()
                    .setPartition(PartitionRef.newBuilder()
                            .setTopicId(UuidBytes.toBytes(partition.topicId()))
                            .setPartition(partition.partition()))
                    .setPartitionEpoch(record.partitionEpoch())
                    .build();
        }
    }

    static Optional<CommandReply> checkCount(int partitions) {
        return partitions >= 1 && partitions <= PARTITIONS_MAX
                ? Optional.empty()
                : Optional.of(Replies.refusal(
                        ErrorReason.ERROR_REASON_INVALID_ARGUMENT,
                        "partitions has " + partitions + " entries, not 1 to " + PARTITIONS_MAX));
    }

    /** The next partition, if it exists and was not named before; else it is refused. */
    Optional<Found> find(PartitionName name) {
        if (!named.add(name)) {
            refuse(
                    ErrorReason.ERROR_REASON_INVALID_ARGUMENT,
                    "partition " + name.getPartition() + " of topic \"" + Excerpt.of(name.getTopic())
                            + "\" is named more than once");
            return Optional.empty();
        }
        var topic = image.topic(name.getTopic());
        if (topic.isEmpty()) {
            var unknown = TopicPlanner.notFound(name.getTopic());
            refuse(unknown.getReason(), unknown.getMessage());
            return Optional.empty();
        }
        var record = topic.get().partition(name.getPartition());
        if (record.isEmpty()) {
            refuse(
                    ErrorReason.ERROR_REASON_PARTITION_NOT_FOUND,
                    "partition is " + name.getPartition() + ", but topic \""
                            + topic.get().name() + "\" has "
                            + topic.get().partitions().size());
        }
        return record.map(found -> new Found(new TopicPartition(topic.get().id(), name.getPartition()), found));
    }

    /** The partition found last is refused. */
    void refuse(ErrorReason reason, String message) {
        verdicts.add(Optional.of(PartitionReply.newBuilder()
                .setReason(reason)
                .setMessage(message)
                .build()));
    }

    /** With the partition found last all is as it was asked for. */
    void done() {
        verdicts.add(Optional.of(PartitionReply.getDefaultInstance()));
    }

    /** The partition found last is in the command. */
    void leaveToCommand() {
        verdicts.add(Optional.empty());
    }

    boolean allDecided() {
        return verdicts.stream().noneMatch(Optional::isEmpty);
    }

    /** All of them, if none was left to a command. */
    CommandReply reply() {
        return with(CommandReply.getDefaultInstance());
    }

    /** All of them; a command that was refused as a whole is the answer as a whole. */
    CommandReply with(CommandReply ofCommand) {
        if (Replies.isRefusal(ofCommand)) {
            return ofCommand;
        }
        var judged = ofCommand.getPartitions().getPartitionsList().iterator();
        var all = PartitionReplies.newBuilder();
        verdicts.forEach(verdict -> all.addPartitions(verdict.orElseGet(judged::next)));
        return CommandReply.newBuilder().setPartitions(all).build();
    }
}
