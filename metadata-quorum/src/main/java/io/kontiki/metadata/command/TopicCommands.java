package io.kontiki.metadata.command;

import com.google.protobuf.ByteString;
import io.kontiki.metadata.MetadataImage;
import io.kontiki.metadata.PartitionRegistration;
import io.kontiki.metadata.TopicConfig;
import io.kontiki.metadata.TopicImage;
import io.kontiki.metadata.UuidBytes;
import io.kontiki.proto.internal.v1.AddPartitions;
import io.kontiki.proto.internal.v1.AlterTopic;
import io.kontiki.proto.internal.v1.CommandReply;
import io.kontiki.proto.internal.v1.CreateTopic;
import io.kontiki.proto.internal.v1.DeleteTopic;
import io.kontiki.proto.v1.ErrorReason;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import org.pcollections.PSortedMap;
import org.pcollections.PVector;
import org.pcollections.TreePMap;

/** Topics come, change and go (rules M5 and M7). */
final class TopicCommands {
    private TopicCommands() {}

    static CommandReply create(ImageEdit edit, CreateTopic command, long index) {
        var image = edit.image();
        var invalid = checkId(command.getTopicId())
                .or(() -> TopicRules.checkName(command.getName()))
                .or(() -> TopicRules.checkConfigs(command.getConfigsMap()))
                .or(() -> TopicRules.checkPartitions(command.getPartitionsCount()))
                .or(() -> NewPartitions.check(image, command.getPartitionsList()));
        if (invalid.isPresent()) {
            return invalid.get();
        }
        var id = UuidBytes.fromBytes(command.getTopicId());
        var sameId = image.topic(id);
        if (sameId.isPresent() && sameId.get().name().equals(command.getName())) {
            return Replies.topic(id);
        }
        if (sameId.isPresent() || image.topic(command.getName()).isPresent()) {
            return Replies.refusal(
                    ErrorReason.ERROR_REASON_TOPIC_EXISTS, "topic \"" + command.getName() + "\" exists already");
        }
        if (command.getAssumedIndex() < image.topics().lastDeletionIndex()) {
            return outdated("a topic was deleted", image.topics().lastDeletionIndex(), command.getAssumedIndex());
        }
        PSortedMap<String, String> configs = TreePMap.from(command.getConfigsMap());
        var partitions = NewPartitions.make(image, command.getPartitionsList(), TopicConfig.of(configs));
        edit.put(new TopicImage(id, command.getName(), configs, partitions, index, 0));
        return Replies.topic(id);
    }

    /** By id, so that a late repetition does not hit a new topic of the same name; what is gone already is well. */
    static CommandReply delete(ImageEdit edit, DeleteTopic command, long index) {
        var invalid = checkId(command.getTopicId());
        if (invalid.isPresent()) {
            return invalid.get();
        }
        var id = UuidBytes.fromBytes(command.getTopicId());
        if (edit.image().topic(id).isPresent()) {
            edit.removeTopic(id, index);
            GroupCommands.forgetTopic(edit, id, index);
        }
        return Replies.topic(id);
    }

    static CommandReply alter(ImageEdit edit, AlterTopic command, long index) {
        var invalid = checkKnown(edit.image(), command.getTopicId())
                .or(() -> TopicRules.checkConfigs(command.getSetConfigsMap(), command.getRemoveConfigsList()));
        if (invalid.isPresent()) {
            return invalid.get();
        }
        var topic = topic(edit.image(), command.getTopicId());
        var configs = topic.configs()
                .plusAll(TreePMap.from(command.getSetConfigsMap()))
                .minusAll(command.getRemoveConfigsList());
        var contradictory = TopicRules.checkConfigs(configs);
        if (contradictory.isPresent()) {
            return contradictory.get();
        }
        if (!configs.equals(topic.configs())) {
            if (command.getAssumedIndex() < topic.configIndex()) {
                return outdated(
                        "the configuration of topic \"" + topic.name() + "\" was changed",
                        topic.configIndex(),
                        command.getAssumedIndex());
            }
            edit.put(topic.withConfigs(configs, index)
                    .withPartitions(withPolicy(topic.partitions(), TopicConfig.of(configs), edit.image())));
        }
        return Replies.topic(topic.id());
    }

    static CommandReply addPartitions(ImageEdit edit, AddPartitions command) {
        var image = edit.image();
        var invalid = checkKnown(image, command.getTopicId())
                .or(() -> checkCount(topic(image, command.getTopicId()), command))
                .or(() -> NewPartitions.check(image, command.getPartitionsList()));
        if (invalid.isPresent()) {
            return invalid.get();
        }
        var topic = topic(image, command.getTopicId());
        var added = NewPartitions.make(image, command.getPartitionsList(), topic.config());
        edit.put(topic.withPartitions(topic.partitions().plusAll(added)));
        return Replies.topic(topic.id());
    }

    /** Rule M7: minIsr and flush mode live in the partition record; a change of either is a new version of it. */
    private static PVector<PartitionRegistration> withPolicy(
            PVector<PartitionRegistration> partitions, TopicConfig config, MetadataImage image) {
        var result = partitions;
        int number = 0;
        for (var before : partitions) {
            var changed = withPolicy(before, config);
            if (!changed.equals(before)) {
                result = result.with(number, InSyncReplicas.set(changed, changed.isr(), Set.of(), image));
            }
            number++;
        }
        return result;
    }

    /** While replicas are moved, as many must be in sync as the earlier ones ask for. */
    private static PartitionRegistration withPolicy(PartitionRegistration partition, TopicConfig config) {
        var changed =
                partition.withPolicy(config.minIsr(partition.earlierReplicas().size()), config.flushMode());
        var moving = partition.reassignment();
        return moving.isUnderWay()
                ? changed.withReplicas(
                        partition.replicas(),
                        moving.withMinIsr(
                                config.minIsr(partition.targetReplicas().size())))
                : changed;
    }

    private static Optional<CommandReply> checkCount(TopicImage topic, AddPartitions command) {
        int present = topic.partitions().size();
        if (present != command.getExpectedPartitions()) {
            return Optional.of(Replies.refusal(
                    ErrorReason.ERROR_REASON_CONCURRENT_CHANGE,
                    "topic \"" + topic.name() + "\" has " + present + " partitions, not "
                            + command.getExpectedPartitions() + " as when the change was asked for"));
        }
        if (command.getPartitionsCount() == 0) {
            return Optional.of(Replies.refusal(
                    ErrorReason.ERROR_REASON_INVALID_PARTITIONS, "partitions is empty: none would be added"));
        }
        return TopicRules.checkPartitions(present + command.getPartitionsCount());
    }

    private static Optional<CommandReply> checkKnown(MetadataImage image, ByteString topicId) {
        return checkId(topicId).or(() -> {
            var id = UuidBytes.fromBytes(topicId);
            return image.topic(id).isPresent() ? Optional.empty() : Optional.of(unknown(id));
        });
    }

    private static CommandReply outdated(String what, long index, long assumedIndex) {
        return Replies.refusal(
                ErrorReason.ERROR_REASON_CONCURRENT_CHANGE,
                what + " at index " + index + ", but the command was planned at " + assumedIndex);
    }

    static CommandReply unknown(UUID id) {
        return Replies.refusal(ErrorReason.ERROR_REASON_TOPIC_ID_UNKNOWN, "no topic has id " + id);
    }

    private static Optional<CommandReply> checkId(ByteString topicId) {
        return UuidBytes.isValid(topicId)
                ? Optional.empty()
                : Optional.of(Replies.invalid(
                        "topic_id has " + topicId.size() + " bytes, but must have " + UuidBytes.LENGTH));
    }

    private static TopicImage topic(MetadataImage image, ByteString topicId) {
        return image.topic(UuidBytes.fromBytes(topicId)).orElseThrow();
    }
}
