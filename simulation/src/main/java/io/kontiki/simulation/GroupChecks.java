package io.kontiki.simulation;

import static io.kontiki.simulation.SimulationFailure.check;

import io.kontiki.metadata.GroupImage;
import io.kontiki.metadata.MemberImage;
import io.kontiki.metadata.MetadataImage;
import io.kontiki.metadata.PartitionRegistration;
import io.kontiki.metadata.TopicPartition;
import io.kontiki.metadata.command.Applied;
import io.kontiki.proto.internal.v1.Command;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** What holds of groups at each step: one owner for a partition, as members see it, and no acknowledged commit lost. */
final class GroupChecks {
    private record Name(String groupId, String instanceId) {}

    private record Key(String groupId, TopicPartition partition) {}

    /** Who vouched for a commit. */
    private record Acknowledged(long offset, SimBroker coordinator, Optional<SimBroker> leader, long term) {}

    private final Cluster cluster;
    private final GroupRules rules;
    private final Map<String, List<SimMember>> processes = new HashMap<>();
    private final Map<Name, SimMember> newestOfName = new HashMap<>();
    private final Map<Key, Acknowledged> acknowledged = new HashMap<>();
    private long memberEvents;

    GroupChecks(Cluster cluster) {
        this.cluster = cluster;
        this.rules = new GroupRules(cluster);
    }

    // ---- Processes

    void begin(SimMember member) {
        processes.computeIfAbsent(member.groupId(), id -> new ArrayList<>()).add(member);
        member.instanceId().ifPresent(name -> newestOfName.put(new Name(member.groupId(), name), member));
    }

    void end(SimMember member) {
        processes.get(member.groupId()).remove(member);
    }

    /** Those that run, or stand still. */
    List<SimMember> processes() {
        return processes.keySet().stream()
                .sorted()
                .flatMap(id -> processes.get(id).stream())
                .toList();
    }

    private List<SimMember> processes(String groupId) {
        return processes.getOrDefault(groupId, List.of());
    }

    private Optional<SimMember> process(String groupId, String memberId) {
        return processes(groupId).stream()
                .filter(member -> member.id().equals(memberId))
                .findFirst();
    }

    void count() {
        memberEvents++;
    }

    /** How much all members have done and heard. */
    long memberEvents() {
        return memberEvents;
    }

    // ---- Single ownership

    /** Who is in the record and believes to own a partition has it there, and there it is one member's (G2). */
    void onBelief(SimMember member) {
        MetadataImage image = cluster.quorum().image();
        Optional<MemberImage> record = image.group(member.groupId()).flatMap(group -> group.member(member.id()));
        if (record.isEmpty()) {
            return;
        }
        for (TopicPartition partition : member.owned()) {
            check(
                    record.get().holds(partition)
                            || image.topic(partition.topicId()).isEmpty(),
                    () -> "G2: " + member + " believes to own " + partition + ", but the record is " + record.get());
        }
    }

    /**
     * Nobody is fenced within the session that it believes in, and reads on; but those who do not let go of what they have to,
     * and those whose name another process has. A later one may have come and gone by one command.
     */
    private void onRemoved(GroupImage after, MemberImage removed) {
        boolean clings = !removed.revoking().isEmpty();
        boolean replaced = removed.instanceId()
                .filter(name -> after.instance(name).isPresent()
                        || !newestOfName.get(new Name(after.id(), name)).id().equals(removed.id()))
                .isPresent();
        if (!clings && !replaced) {
            process(after.id(), removed.id())
                    .ifPresent(member -> check(
                            member.owned().isEmpty(),
                            () -> "G2: " + member + " is fenced within its session, and reads on"));
        }
    }

    // ---- What the log says

    void onCommit(MetadataImage before, Command command, Applied applied) {
        MetadataImage after = applied.image();
        rules.onCommit(before, command, applied);
        if (applied.delta().groups().slotsChanged()) {
            onSlots(before, after);
        }
        for (String id : applied.delta().groups().changed()) {
            GroupImage was = before.group(id).orElse(GroupImage.empty(id));
            GroupImage is = after.group(id).orElseThrow();
            was.members().values().stream()
                    .filter(member -> is.member(member.id()).isEmpty())
                    .forEach(member -> onRemoved(is, member));
            processes(id).forEach(this::onBelief);
        }
        applied.delta()
                .groups()
                .changedOffsets()
                .forEach((id, partitions) -> partitions.forEach(partition -> onOffset(id, partition, after)));
        check(applied.delta().groups().removed().isEmpty(), () -> "G6: a group is forgotten by " + command);
    }

    private void onSlots(MetadataImage before, MetadataImage after) {
        for (GroupImage group : after.groups().byId().values()) {
            int was = before.slots().of(group.id()).owner();
            int is = after.slots().of(group.id()).owner();
            if (!group.isEmpty() && was != is) {
                cluster.events().note(Event.COORDINATOR_MOVED);
            }
        }
    }

    // ---- Commits

    /** What was acknowledged is there until the member goes on, whatever comes late; members of a run only go forward. */
    private void onOffset(String groupId, TopicPartition partition, MetadataImage image) {
        long stored = image.group(groupId)
                .flatMap(group -> group.offset(partition))
                .orElseThrow()
                .offset();
        long least = acknowledged(groupId, partition);
        check(
                stored >= least,
                () -> "a commit of " + groupId + " is lost: " + least + " of " + partition
                        + " was acknowledged, and then " + stored + " is stored");
        long end = cluster.checks().committed(partition).endOffset();
        check(
                stored <= end,
                () -> groupId + " commits " + stored + " of " + partition + ", of which " + end + " can be read");
    }

    void onAcknowledged(String groupId, TopicPartition partition, long offset, SimBroker by) {
        Optional<SimBroker> leader = cluster.record(partition)
                .filter(PartitionRegistration::hasLeader)
                .flatMap(record -> cluster.node(record.leader()).serving());
        acknowledged.merge(
                new Key(groupId, partition),
                new Acknowledged(offset, by, leader, cluster.quorum().term()),
                (old, now) -> now.offset() > old.offset() ? now : old);
    }

    /** The highest; 0 if there is none. */
    long acknowledged(String groupId, TopicPartition partition) {
        Acknowledged known = acknowledged.get(new Key(groupId, partition));
        return known == null ? 0 : known.offset();
    }

    /** @param least what had been acknowledged when the member asked */
    void onFetched(SimMember member, TopicPartition partition, long offset, long least, SimBroker by) {
        check(
                offset >= least,
                () -> "a commit of " + member.groupId() + " is lost: " + least + " of " + partition
                        + " was acknowledged, and then " + offset + " is told");
        Acknowledged known = acknowledged.get(new Key(member.groupId(), partition));
        if (known == null) {
            return;
        }
        if (known.coordinator() != by && !known.coordinator().running()) {
            cluster.events().note(Event.COMMIT_SURVIVED_ITS_COORDINATOR);
        }
        if (known.term() != cluster.quorum().term()) {
            cluster.events().note(Event.COMMIT_SURVIVED_ITS_CONTROLLER);
        }
        if (known.leader().filter(leader -> !leader.running()).isPresent()) {
            cluster.events().note(Event.COMMIT_SURVIVED_ITS_LEADER);
        }
    }

    // ---- The end

    /** Of what was acknowledged nothing is lost, at any broker. */
    void atEnd() {
        for (SimNode node : cluster.nodes()) {
            node.serving()
                    .ifPresent(broker -> acknowledged.forEach((key, known) -> check(
                            broker.image().partition(key.partition()).isEmpty()
                                    || broker.image()
                                                    .group(key.groupId())
                                                    .flatMap(group -> group.offset(key.partition()))
                                                    .orElseThrow()
                                                    .offset()
                                            >= known.offset(),
                            () -> "broker " + broker.id() + " lacks the commit of " + key)));
        }
    }
}
