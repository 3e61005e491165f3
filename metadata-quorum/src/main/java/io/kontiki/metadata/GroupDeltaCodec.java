package io.kontiki.metadata;

import io.kontiki.proto.internal.v1.DeltaRecord;
import io.kontiki.proto.internal.v1.GroupOffsetsRecord;
import io.kontiki.proto.internal.v1.GroupOffsetsRefs;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.UUID;
import java.util.stream.Stream;

/** What a delta tells of groups, as messages: of a group's offsets only those that changed. */
final class GroupDeltaCodec {
    private GroupDeltaCodec() {}

    /** In pieces of one group, or of the offsets of one topic. Slots and removed groups are not among them. */
    static Stream<DeltaRecord> pieces(GroupsDelta delta, MetadataImage image) {
        var groups = delta.changed().stream()
                .map(id -> DeltaRecord.newBuilder()
                        .addGroups(GroupCodec.toRecord(image.group(id).orElseThrow()))
                        .build());
        var offsets = delta.changedOffsets().entrySet().stream()
                .flatMap(changed -> changedOffsets(image.group(changed.getKey()).orElseThrow(), changed.getValue()));
        var removed = delta.removedOffsets().entrySet().stream()
                .flatMap(entry -> removedOffsets(entry.getKey(), entry.getValue()));
        return Stream.concat(groups, Stream.concat(offsets, removed));
    }

    private static Stream<DeltaRecord> changedOffsets(GroupImage group, Collection<TopicPartition> partitions) {
        Map<UUID, SortedMap<Integer, CommittedOffset>> topics = new LinkedHashMap<>();
        for (var partition : partitions) {
            topics.computeIfAbsent(partition.topicId(), id -> new TreeMap<>())
                    .put(partition.partition(), group.offset(partition).orElseThrow());
        }
        return topics.entrySet().stream()
                .map(topic -> DeltaRecord.newBuilder()
                        .addGroupOffsets(GroupCodec.toRecord(group.id(), topic.getKey(), topic.getValue()))
                        .build());
    }

    private static Stream<DeltaRecord> removedOffsets(String groupId, Collection<TopicPartition> partitions) {
        Map<UUID, GroupOffsetsRefs.Builder> topics = new LinkedHashMap<>();
        for (var partition : partitions) {
            topics.computeIfAbsent(
                            partition.topicId(),
                            id -> GroupOffsetsRefs.newBuilder()
                                    .setGroupId(groupId)
                                    .setTopicId(UuidBytes.toBytes(id)))
                    .addPartitions(partition.partition());
        }
        return topics.values().stream()
                .map(refs ->
                        DeltaRecord.newBuilder().addRemovedGroupOffsets(refs).build());
    }

    /** The groups after the change. A group that changed keeps the offsets that are not named. */
    static GroupsImage apply(GroupsImage before, DeltaRecord record) {
        var groups = before;
        for (var id : record.getRemovedGroupsList()) {
            groups = groups.without(id);
        }
        for (var changed : record.getGroupsList()) {
            var group = GroupCodec.fromRecord(changed);
            var old = groups.group(group.id());
            groups = groups.with(
                    old.isEmpty() ? group : group.withOffsets(old.get().offsets()));
        }
        groups = GroupCodec.withoutOffsets(groups, record.getRemovedGroupOffsetsList());
        return GroupCodec.withOffsets(groups, record.getGroupOffsetsList());
    }

    /** What the record names. */
    static GroupsDelta delta(DeltaRecord record) {
        var delta = new GroupsDelta.Builder();
        record.getGroupsList().forEach(group -> delta.changed(group.getId()));
        record.getRemovedGroupsList().forEach(delta::removed);
        for (GroupOffsetsRecord offsets : record.getGroupOffsetsList()) {
            var topicId = UuidBytes.fromBytes(offsets.getTopicId());
            offsets.getOffsetsList()
                    .forEach(offset -> delta.offsetChanged(
                            offsets.getGroupId(), new TopicPartition(topicId, offset.getPartition())));
        }
        for (GroupOffsetsRefs refs : record.getRemovedGroupOffsetsList()) {
            var topicId = UuidBytes.fromBytes(refs.getTopicId());
            refs.getPartitionsList()
                    .forEach(number -> delta.offsetRemoved(refs.getGroupId(), new TopicPartition(topicId, number)));
        }
        return delta.build(record.getSlotsCount() > 0);
    }
}
