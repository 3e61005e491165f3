package io.kontiki.cli;

import io.kontiki.client.Admin;
import io.kontiki.client.CommittedOffset;
import io.kontiki.client.GroupMemberInfo;
import io.kontiki.client.OffsetInfo;
import io.kontiki.client.Position;
import io.kontiki.client.TopicPartition;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Predicate;

/** Puts together how far groups are behind, from what the brokers tell. */
final class LagReading {
    private final Admin admin;
    private final long nowMs;

    LagReading(Admin admin, long nowMs) {
        this.admin = admin;
        this.nowMs = nowMs;
    }

    /** In all partitions of the topics in which the group has committed something, and in those that its members own. */
    List<PartitionLag> of(String group, Predicate<TopicPartition> wanted) {
        // Offsets first: a log only grows, so that no lag comes out below nothing.
        Map<TopicPartition, CommittedOffset> committed = new TreeMap<>(admin.groupOffsets(group));
        Map<TopicPartition, GroupMemberInfo> owners =
                owners(admin.describeGroup(group).members());
        Set<TopicPartition> partitions = new TreeSet<>(committed.keySet());
        partitions.addAll(owners.keySet());
        partitions.addAll(siblings(committed.keySet()));
        partitions.removeIf(wanted.negate());
        committed.keySet().retainAll(partitions);
        Map<TopicPartition, Long> starts = offsets(partitions, Position.earliest());
        Map<TopicPartition, Long> recordsEnds = offsets(partitions, Position.recordsEnd());
        Map<TopicPartition, Long> ends = offsets(partitions, Position.latest());
        Map<TopicPartition, Long> unread =
                new UnreadTimes(admin::listOffsets, nowMs).find(firstUnread(committed, starts, recordsEnds));
        return partitions.stream()
                .map(partition -> new PartitionLag(
                        group,
                        partition,
                        Optional.ofNullable(committed.get(partition)),
                        starts.get(partition),
                        recordsEnds.get(partition),
                        ends.get(partition),
                        unread.containsKey(partition) ? OptionalLong.of(unread.get(partition)) : OptionalLong.empty(),
                        Optional.ofNullable(owners.get(partition)),
                        nowMs))
                .toList();
    }

    /** What a group has not begun to read is easily overlooked. */
    private Set<TopicPartition> siblings(Set<TopicPartition> partitions) {
        var all = new TreeSet<TopicPartition>();
        partitions.stream()
                .map(TopicPartition::topic)
                .distinct()
                .forEach(topic -> admin.describeTopic(topic).topic().partitions().stream()
                        .map(partition -> new TopicPartition(topic, partition.partition()))
                        .forEach(all::add));
        return all;
    }

    private static Map<TopicPartition, GroupMemberInfo> owners(List<GroupMemberInfo> members) {
        var owners = new TreeMap<TopicPartition, GroupMemberInfo>();
        members.forEach(member -> member.owned().forEach(partition -> owners.put(partition, member)));
        return owners;
    }

    /** Offset of the first record not yet read, where there is one. */
    static Map<TopicPartition, Long> firstUnread(
            Map<TopicPartition, CommittedOffset> committed,
            Map<TopicPartition, Long> starts,
            Map<TopicPartition, Long> recordsEnds) {
        var unread = new TreeMap<TopicPartition, Long>();
        committed.forEach((partition, offset) -> {
            long first = Math.max(offset.offset(), starts.get(partition));
            if (first < recordsEnds.get(partition)) {
                unread.put(partition, first);
            }
        });
        return unread;
    }

    private Map<TopicPartition, Long> offsets(Collection<TopicPartition> partitions, Position position) {
        var positions = new TreeMap<TopicPartition, Position>();
        partitions.forEach(partition -> positions.put(partition, position));
        return offsets(admin.listOffsets(positions));
    }

    static Map<TopicPartition, Long> offsets(Map<TopicPartition, OffsetInfo> found) {
        var offsets = new TreeMap<TopicPartition, Long>();
        found.forEach((partition, info) -> offsets.put(partition, info.offset()));
        return offsets;
    }
}
