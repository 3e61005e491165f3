package io.kontiki.metadata.command;

import io.kontiki.metadata.PartitionRegistration;
import io.kontiki.metadata.TopicPartition;
import io.kontiki.metadata.UuidBytes;
import io.kontiki.proto.internal.v1.CommandReply;
import io.kontiki.proto.internal.v1.PartitionRef;
import io.kontiki.proto.internal.v1.PartitionReplies;
import io.kontiki.proto.internal.v1.PartitionReply;
import io.kontiki.proto.internal.v1.PartitionVersion;
import io.kontiki.proto.v1.ErrorReason;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;

/** Commands on several partitions, each of which is judged alone. */
final class PartitionBatch {
    private static final int SIZE_MAX = 10_000;

    private PartitionBatch() {}

    /** What becomes of one partition. */
    interface Rule<T> {
        PartitionReply apply(TopicPartition partition, PartitionRegistration record, T change);
    }

    /** @param version the partition of a change, and the version of its record that it was planned on */
    static <T> CommandReply apply(
            ImageEdit edit, List<T> changes, Function<T, PartitionVersion> version, Rule<T> rule) {
        if (changes.size() > SIZE_MAX) {
            return Replies.invalid(
                    "the command has " + changes.size() + " partitions, but at most " + SIZE_MAX + " are allowed");
        }
        var replies = PartitionReplies.newBuilder();
        for (var change : changes) {
            replies.addPartitions(judge(edit, version.apply(change).getPartition(), change, rule));
        }
        return CommandReply.newBuilder().setPartitions(replies).build();
    }

    private static <T> PartitionReply judge(ImageEdit edit, PartitionRef ref, T change, Rule<T> rule) {
        if (!UuidBytes.isValid(ref.getTopicId())) {
            return refusal(
                    ErrorReason.ERROR_REASON_INVALID_ARGUMENT,
                    "topic_id has " + ref.getTopicId().size() + " bytes, but must have " + UuidBytes.LENGTH);
        }
        var partition = new TopicPartition(UuidBytes.fromBytes(ref.getTopicId()), ref.getPartition());
        var record = edit.image().partition(partition);
        return record.isPresent()
                ? rule.apply(partition, record.get(), change)
                : refusal(ErrorReason.ERROR_REASON_PARTITION_NOT_FOUND, "there is no partition " + partition);
    }

    /** Refuses what was planned on another version of the record (rule M0). */
    static Optional<PartitionReply> checkVersion(PartitionVersion told, PartitionRegistration record) {
        return told.getPartitionEpoch() == record.partitionEpoch()
                ? Optional.empty()
                : Optional.of(refusal(
                        ErrorReason.ERROR_REASON_CONCURRENT_CHANGE,
                        "partition_epoch is " + told.getPartitionEpoch() + ", but the record is at "
                                + record.partitionEpoch()));
    }

    static PartitionReply done() {
        return PartitionReply.getDefaultInstance();
    }

    static PartitionReply refusal(ErrorReason reason, String message) {
        return PartitionReply.newBuilder().setReason(reason).setMessage(message).build();
    }
}
