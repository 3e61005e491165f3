package io.kontiki.metadata;

import io.kontiki.proto.internal.v1.GroupOffsetRecord;
import io.kontiki.proto.internal.v1.GroupOffsetsRecord;
import io.kontiki.proto.internal.v1.GroupOffsetsRefs;
import io.kontiki.proto.internal.v1.GroupRecord;
import io.kontiki.proto.internal.v1.MemberPartitionRecord;
import io.kontiki.proto.internal.v1.MemberRecord;
import io.kontiki.proto.internal.v1.SlotRecord;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.UUID;
import java.util.function.UnaryOperator;
import org.pcollections.PSortedSet;
import org.pcollections.TreePMap;
import org.pcollections.TreePSet;
import org.pcollections.TreePVector;

/** Groups, their offsets and coordinator slots as messages. Reading throws as {@link ImageCodec} tells. */
public final class GroupCodec {
    private GroupCodec() {}

    /** Without offsets. */
    static GroupRecord toRecord(GroupImage group) {
        var record = GroupRecord.newBuilder()
                .setId(group.id())
                .setEpoch(group.epoch())
                .setAssignmentEpoch(group.assignmentEpoch())
                .setAssignor(group.assignor().number())
                .setEmptySinceMs(group.emptySinceMs())
                .setVersion(group.version());
        group.members().values().forEach(member -> record.addMembers(toRecord(member)));
        return record.build();
    }

    /** Without offsets. */
    static GroupImage fromRecord(GroupRecord record) {
        var members = new TreeMap<String, MemberImage>();
        record.getMembersList().forEach(member -> members.put(member.getId(), fromRecord(member)));
        var assignor = Assignor.of(record.getAssignor())
                .orElseThrow(() -> new IllegalArgumentException("assignor " + record.getAssignor() + " is unknown"));
        return new GroupImage(
                record.getId(),
                record.getEpoch(),
                record.getAssignmentEpoch(),
                assignor,
                TreePMap.fromSortedMap(members),
                GroupOffsets.NONE,
                record.getEmptySinceMs(),
                record.getVersion());
    }

    /** A member as {@code ChangeGroup} has it. */
    public static MemberRecord toRecord(MemberImage member) {
        return MemberRecord.newBuilder()
                .setId(member.id())
                .setInstanceId(member.instanceId().orElse(""))
                .setClientId(member.clientId())
                .setClientHost(member.clientHost())
                .addAllTopics(member.topics())
                .setTopicPattern(member.topicPattern().orElse(""))
                .setSessionTimeoutMs(member.sessionTimeoutMs())
                .setRebalanceTimeoutMs(member.rebalanceTimeoutMs())
                .setEpoch(member.epoch())
                .addAllOwned(toRecords(member.owned()))
                .addAllRevoking(toRecords(member.revoking()))
                .addAllTarget(toRecords(withoutEpochs(member.target())))
                .build();
    }

    /**
     * Inverse of {@link #toRecord(MemberImage)}.
     *
     * @throws IllegalArgumentException if a topic id is not 16 bytes long
     */
    public static MemberImage fromRecord(MemberRecord record) {
        return new MemberImage(
                record.getId(),
                present(record.getInstanceId()),
                record.getClientId(),
                record.getClientHost(),
                TreePSet.from(record.getTopicsList()),
                present(record.getTopicPattern()),
                record.getSessionTimeoutMs(),
                record.getRebalanceTimeoutMs(),
                record.getEpoch(),
                TreePMap.fromSortedMap(fromRecords(record.getOwnedList())),
                TreePMap.fromSortedMap(fromRecords(record.getRevokingList())),
                TreePMap.fromSortedMap(fromRecords(record.getTargetList())).keySet());
    }

    private static SortedMap<TopicPartition, Integer> withoutEpochs(PSortedSet<TopicPartition> partitions) {
        var map = new TreeMap<TopicPartition, Integer>();
        partitions.forEach(partition -> map.put(partition, 0));
        return map;
    }

    /** One record for each topic and epoch, in that order. */
    private static List<MemberPartitionRecord> toRecords(SortedMap<TopicPartition, Integer> partitions) {
        var topics = new TreeMap<UUID, TreeMap<Integer, MemberPartitionRecord.Builder>>();
        partitions.forEach((partition, epoch) -> topics.computeIfAbsent(partition.topicId(), id -> new TreeMap<>())
                .computeIfAbsent(
                        epoch,
                        key -> MemberPartitionRecord.newBuilder()
                                .setTopicId(UuidBytes.toBytes(partition.topicId()))
                                .setAssignedEpoch(epoch))
                .addPartitions(partition.partition()));
        var records = new ArrayList<MemberPartitionRecord>();
        topics.values().forEach(epochs -> epochs.values().forEach(record -> records.add(record.build())));
        return records;
    }

    private static SortedMap<TopicPartition, Integer> fromRecords(List<MemberPartitionRecord> records) {
        var partitions = new TreeMap<TopicPartition, Integer>();
        for (var record : records) {
            var topicId = UuidBytes.fromBytes(record.getTopicId());
            for (int number : record.getPartitionsList()) {
                partitions.put(new TopicPartition(topicId, number), record.getAssignedEpoch());
            }
        }
        return partitions;
    }

    static GroupOffsetsRecord toRecord(String groupId, UUID topicId, SortedMap<Integer, CommittedOffset> offsets) {
        var record = GroupOffsetsRecord.newBuilder().setGroupId(groupId).setTopicId(UuidBytes.toBytes(topicId));
        offsets.forEach((partition, committed) -> record.addOffsets(toRecord(partition, committed)));
        return record.build();
    }

    /** An offset as {@code CommitGroupOffsets} has it. */
    public static GroupOffsetRecord toRecord(int partition, CommittedOffset committed) {
        return GroupOffsetRecord.newBuilder()
                .setPartition(partition)
                .setOffset(committed.offset())
                .setLeaderEpoch(committed.leaderEpoch())
                .setMetadata(committed.metadata())
                .setCommittedAtMs(committed.committedAtMs())
                .setIndex(committed.index())
                .build();
    }

    /**
     * Inverse of {@link #toRecord(int, CommittedOffset)}, but for the partition.
     *
     * @throws IllegalArgumentException if it is out of range
     */
    public static CommittedOffset fromRecord(GroupOffsetRecord record) {
        return new CommittedOffset(
                record.getOffset(),
                record.getLeaderEpoch(),
                record.getMetadata(),
                record.getCommittedAtMs(),
                record.getIndex());
    }

    /** The groups with these offsets, too. */
    static GroupsImage withOffsets(GroupsImage groups, List<GroupOffsetsRecord> records) {
        var result = groups;
        for (var record : records) {
            var topicId = UuidBytes.fromBytes(record.getTopicId());
            result = change(result, record.getGroupId(), group -> {
                var offsets = new TreeMap<Integer, CommittedOffset>();
                record.getOffsetsList().forEach(offset -> offsets.put(offset.getPartition(), fromRecord(offset)));
                return group.withOffsets(group.offsets().with(topicId, offsets));
            });
        }
        return result;
    }

    /** The groups without these offsets. */
    static GroupsImage withoutOffsets(GroupsImage groups, List<GroupOffsetsRefs> records) {
        var result = groups;
        for (var record : records) {
            var topicId = UuidBytes.fromBytes(record.getTopicId());
            result = change(
                    result,
                    record.getGroupId(),
                    group -> group.withOffsets(group.offsets().without(topicId, record.getPartitionsList())));
        }
        return result;
    }

    private static GroupsImage change(GroupsImage groups, String groupId, UnaryOperator<GroupImage> change) {
        var group = groups.group(groupId)
                .orElseThrow(() -> new IllegalArgumentException(
                        "offsets of group \"" + Excerpt.of(groupId) + "\" without the group"));
        return groups.with(change.apply(group));
    }

    static SlotRecord toRecord(Slot slot) {
        return SlotRecord.newBuilder()
                .setOwner(slot.owner())
                .setEpoch(slot.epoch())
                .build();
    }

    /** @param records none for slots that never had an owner */
    static SlotsImage fromRecords(List<SlotRecord> records, SlotsImage ifNone) {
        return records.isEmpty()
                ? ifNone
                : new SlotsImage(TreePVector.from(records.stream()
                        .map(record -> new Slot(record.getOwner(), record.getEpoch()))
                        .toList()));
    }

    private static Optional<String> present(String text) {
        return text.isEmpty() ? Optional.empty() : Optional.of(text);
    }
}
