package io.kontiki.group;

import com.google.protobuf.Message;
import io.kontiki.metadata.GroupImage;
import io.kontiki.metadata.MetadataImage;
import io.kontiki.metadata.TopicPartition;
import io.kontiki.metadata.UuidBytes;
import io.kontiki.proto.internal.v1.Command;
import io.kontiki.proto.internal.v1.CommandReply;
import io.kontiki.proto.internal.v1.DeleteGroup;
import io.kontiki.proto.internal.v1.DeleteGroupOffsets;
import io.kontiki.proto.internal.v1.GroupOffsetsRefs;
import io.kontiki.proto.v1.DeleteGroupRequest;
import io.kontiki.proto.v1.DeleteGroupResponse;
import io.kontiki.proto.v1.DeleteOffsetsRequest;
import io.kontiki.proto.v1.DeleteOffsetsResponse;
import io.kontiki.proto.v1.ErrorReason;
import io.kontiki.proto.v1.TopicPartitions;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashSet;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.UUID;
import java.util.function.ToIntFunction;

/**
 * Groups and offsets that are forgotten: because somebody asks for it, or since a group without members has not been used
 * for the retention time (rule G6).
 */
final class GroupDeletions {
    /** Between two looks at all groups. */
    private static final long SCAN_NANOS = 60_000_000_000L;
    /** Expired groups that are being forgotten at a time. */
    private static final int EXPIRING_MAX = 100;

    private record Answer(long index, long callId, Message response) {}

    private long retentionMillis;
    private final SubscribedTopics topics;
    private final Outbox outbox;
    private final Set<String> expiring = new HashSet<>();
    private final Deque<Answer> answers = new ArrayDeque<>();
    private long lastScanNanos;
    private boolean scanned;

    GroupDeletions(GroupSettings settings, SubscribedTopics topics, Outbox outbox) {
        this.retentionMillis = settings.offsetsRetentionMillis();
        this.topics = topics;
        this.outbox = outbox;
    }

    void deleteGroup(long callId, DeleteGroupRequest request, int slotEpoch) {
        var group = topics.image().group(request.getGroupId());
        if (group.isEmpty()) {
            refuseUnknown(callId, request.getGroupId());
            return;
        }
        var command = DeleteGroup.newBuilder()
                .setGroupId(request.getGroupId())
                .setSlotEpoch(slotEpoch)
                .setAssumedIndex(assumedIndex(request.getKnownIndex()));
        outbox.propose(
                Command.newBuilder().setDeleteGroup(command),
                (reply, index, now) -> answer(callId, reply, index, DeleteGroupResponse.getDefaultInstance()));
    }

    void deleteOffsets(long callId, DeleteOffsetsRequest request, int slotEpoch) {
        var group = topics.image().group(request.getGroupId());
        if (group.isEmpty()) {
            refuseUnknown(callId, request.getGroupId());
            return;
        }
        var subscribed = subscribed(group.get(), request);
        if (subscribed.isPresent()) {
            outbox.refuse(
                    callId,
                    ErrorReason.ERROR_REASON_GROUP_SUBSCRIBED,
                    "a member of group \"" + request.getGroupId() + "\" subscribes to topic \"" + subscribed.get()
                            + "\"");
            return;
        }
        var doomed = doomed(group.get(), request);
        var response = DeleteOffsetsResponse.newBuilder()
                .addAllDeleted(MemberMessages.names(doomed, topics.image()))
                .build();
        if (doomed.isEmpty()) {
            outbox.reply(callId, response);
            return;
        }
        var command = DeleteGroupOffsets.newBuilder()
                .setGroupId(request.getGroupId())
                .setSlotEpoch(slotEpoch)
                .setExpectedVersion(group.get().version())
                .setAssumedIndex(assumedIndex(request.getKnownIndex()));
        refs(request.getGroupId(), doomed).values().forEach(command::addOffsets);
        outbox.propose(
                Command.newBuilder().setDeleteGroupOffsets(command),
                (reply, index, now) -> answer(callId, reply, index, response));
    }

    /** Rule Q2: a late copy must not forget what came after the first one was applied. */
    private long assumedIndex(long knownIndex) {
        return knownIndex != 0 ? knownIndex : topics.image().position().index();
    }

    /** Takes on another time after which a group is forgotten, at least 1 ms. */
    void retain(long millis) {
        retentionMillis = millis;
    }

    /** Answers what the image has by now. */
    void onImage(MetadataImage image) {
        answers.removeIf(answer -> {
            boolean there = answer.index() <= image.position().index();
            if (there) {
                outbox.reply(answer.callId(), answer.response());
            }
            return there;
        });
    }

    /**
     * Looks for expired groups now and then.
     *
     * @param slotEpoch that of a group's slot if this broker owns it, else below 0
     */
    void onTick(Moment now, ToIntFunction<String> slotEpoch) {
        if (scanned && now.nanos() - lastScanNanos < SCAN_NANOS) {
            return;
        }
        scanned = true;
        lastScanNanos = now.nanos();
        long before = now.epochMillis() - retentionMillis;
        for (var group : topics.image().groups().byId().values()) {
            if (expiring.size() >= EXPIRING_MAX) {
                return;
            }
            int epoch = slotEpoch.applyAsInt(group.id());
            if (epoch >= 0 && group.isEmpty() && group.lastUsedMs() < before && expiring.add(group.id())) {
                expire(group.id(), epoch, before);
            }
        }
    }

    private void expire(String groupId, int slotEpoch, long before) {
        var command = DeleteGroup.newBuilder()
                .setGroupId(groupId)
                .setSlotEpoch(slotEpoch)
                .setEmptySinceBeforeMs(before);
        outbox.propose(Command.newBuilder().setDeleteGroup(command), (reply, index, now) -> expiring.remove(groupId));
    }

    private void answer(long callId, CommandReply reply, long index, Message response) {
        if (reply.getReason() == ErrorReason.ERROR_REASON_UNSPECIFIED) {
            answers.add(new Answer(index, callId, response));
        } else {
            outbox.refuse(callId, new Refusal(reply.getReason(), reply.getMessage()));
        }
    }

    private void refuseUnknown(long callId, String groupId) {
        outbox.refuse(callId, ErrorReason.ERROR_REASON_GROUP_NOT_FOUND, "there is no group \"" + groupId + "\"");
    }

    private Optional<String> subscribed(GroupImage group, DeleteOffsetsRequest request) {
        return request.getTopicsList().stream()
                .map(TopicPartitions::getTopic)
                .filter(topic -> group.members().values().stream().anyMatch(member -> topics.subscribes(member, topic)))
                .findFirst();
    }

    private Set<TopicPartition> doomed(GroupImage group, DeleteOffsetsRequest request) {
        var doomed = new TreeSet<TopicPartition>();
        for (var asked : request.getTopicsList()) {
            var topic = topics.image().topic(asked.getTopic());
            if (topic.isPresent()) {
                var wanted = new HashSet<>(asked.getPartitionsList());
                for (int number : group.offsets().ofTopic(topic.get().id()).keySet()) {
                    if (wanted.isEmpty() || wanted.contains(number)) {
                        doomed.add(new TopicPartition(topic.get().id(), number));
                    }
                }
            }
        }
        return doomed;
    }

    private static TreeMap<UUID, GroupOffsetsRefs.Builder> refs(String groupId, Set<TopicPartition> partitions) {
        var refs = new TreeMap<UUID, GroupOffsetsRefs.Builder>();
        for (var partition : partitions) {
            refs.computeIfAbsent(
                            partition.topicId(),
                            id -> GroupOffsetsRefs.newBuilder()
                                    .setGroupId(groupId)
                                    .setTopicId(UuidBytes.toBytes(id)))
                    .addPartitions(partition.partition());
        }
        return refs;
    }
}
