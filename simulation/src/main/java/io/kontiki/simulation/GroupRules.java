package io.kontiki.simulation;

import static io.kontiki.simulation.SimulationFailure.check;

import io.kontiki.metadata.GroupImage;
import io.kontiki.metadata.MemberImage;
import io.kontiki.metadata.MetadataImage;
import io.kontiki.metadata.TopicPartition;
import io.kontiki.metadata.UuidBytes;
import io.kontiki.metadata.command.Applied;
import io.kontiki.proto.internal.v1.Command;
import io.kontiki.proto.internal.v1.GroupCommit;
import io.kontiki.proto.internal.v1.GroupCommitReply;
import io.kontiki.proto.internal.v1.GroupOffsetsRefs;
import io.kontiki.proto.v1.ErrorReason;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** Rules C1 and G1 to G4, by their words, of each entry of the log that is about groups. */
final class GroupRules {
    private final Cluster cluster;

    GroupRules(Cluster cluster) {
        this.cluster = cluster;
    }

    void onCommit(MetadataImage before, Command command, Applied applied) {
        ErrorReason reason = applied.reply().getReason();
        check(
                !command.hasChangeGroup() || reason != ErrorReason.ERROR_REASON_INVALID_ARGUMENT,
                () -> "a coordinator proposes what the rules forbid: "
                        + applied.reply().getMessage() + "\n" + command);
        check(reason != ErrorReason.ERROR_REASON_INTERNAL, applied.reply()::getMessage);
        for (String id : applied.delta().groups().changed()) {
            onGroup(
                    before.group(id).orElse(GroupImage.empty(id)),
                    applied.image().group(id).orElseThrow());
        }
        if (command.hasCommitGroupOffsets() && applied.reply().hasCommitGroupOffsets()) {
            List<GroupCommitReply> replies =
                    applied.reply().getCommitGroupOffsets().getCommitsList();
            for (int i = 0; i < replies.size(); i++) {
                onOffsets(before, command.getCommitGroupOffsets().getCommits(i), replies.get(i));
            }
        }
    }

    // ---- Members

    private void onGroup(GroupImage before, GroupImage after) {
        check(
                after.epoch() >= before.epoch() && after.assignmentEpoch() >= before.assignmentEpoch(),
                () -> "G1: an epoch falls, from " + before + " to " + after);
        check(
                after.epoch() > before.epoch() || subscribers(before).equals(subscribers(after)),
                () -> "G1: members change, and the epoch stays: from " + before + " to " + after);
        Map<TopicPartition, MemberImage> holders = new HashMap<>();
        Set<String> names = new HashSet<>();
        for (MemberImage member : after.members().values()) {
            onMember(before.member(member.id()), member, after);
            member.owned().keySet().forEach(partition -> hold(holders, partition, member));
            member.revoking().keySet().forEach(partition -> hold(holders, partition, member));
            member.instanceId()
                    .ifPresent(name -> check(names.add(name), () -> "G4: " + name + " is there twice: " + after));
        }
        for (MemberImage was : before.members().values()) {
            after.member(was.id()).ifPresent(is -> onKept(was, is, holders));
        }
        noteEvents(before, after, holders);
    }

    /** What members subscribe to, by their ids. */
    private static Map<String, Object> subscribers(GroupImage group) {
        Map<String, Object> subscribers = new HashMap<>();
        group.members().forEach((id, member) -> subscribers.put(id, List.of(member.topics(), member.topicPattern())));
        return subscribers;
    }

    private static void hold(Map<TopicPartition, MemberImage> holders, TopicPartition partition, MemberImage member) {
        MemberImage other = holders.put(partition, member);
        check(other == null, () -> "G2: " + partition + " is held by " + other + " and " + member);
    }

    private static void onMember(Optional<MemberImage> before, MemberImage after, GroupImage group) {
        check(
                after.epoch() <= group.assignmentEpoch(),
                () -> "G1: " + after + " is ahead of the assignment of " + group);
        check(
                before.isEmpty() || after.epoch() >= before.get().epoch(),
                () -> "G1: an epoch falls, from " + before + " to " + after);
    }

    /** From one member to another only if the first let go, or is gone. */
    private static void onKept(MemberImage was, MemberImage is, Map<TopicPartition, MemberImage> holders) {
        for (TopicPartition partition : was.owned().keySet()) {
            check(
                    is.holds(partition) || !holders.containsKey(partition),
                    () -> "G2: " + partition + " is taken from " + was + ", who has not let go of it");
        }
    }

    private void noteEvents(GroupImage before, GroupImage after, Map<TopicPartition, MemberImage> holders) {
        if (after.assignmentEpoch() > before.assignmentEpoch()) {
            cluster.events().note(Event.GROUP_REBALANCED);
        }
        for (MemberImage was : before.members().values()) {
            Set<TopicPartition> held = new HashSet<>(was.owned().keySet());
            held.addAll(was.revoking().keySet());
            if (after.member(was.id()).isPresent()) {
                held.stream()
                        .filter(partition -> holders.containsKey(partition)
                                && !holders.get(partition).id().equals(was.id()))
                        .forEach(partition -> cluster.events().note(Event.PARTITION_CHANGED_HANDS));
            } else if (!was.owned().isEmpty()) {
                was.instanceId()
                        .flatMap(after::instance)
                        .filter(is ->
                                is.owned().keySet().containsAll(was.owned().keySet()))
                        .ifPresent(is -> cluster.events().note(Event.STATIC_MEMBER_RETURNED));
            }
        }
    }

    // ---- Offsets

    private void onOffsets(MetadataImage before, GroupCommit commit, GroupCommitReply reply) {
        if (reply.getReason() == ErrorReason.ERROR_REASON_UNKNOWN_MEMBER
                || reply.getReason() == ErrorReason.ERROR_REASON_STALE_MEMBER_EPOCH) {
            cluster.events().note(Event.ZOMBIE_COMMIT_REFUSED);
        }
        if (reply.getReason() != ErrorReason.ERROR_REASON_UNSPECIFIED) {
            return;
        }
        check(
                before.slots().of(commit.getGroupId()).epoch() == commit.getSlotEpoch(),
                () -> "C1: a commit of a deposed coordinator is stored: " + commit);
        Set<TopicPartition> refused = new HashSet<>();
        addAll(refused, reply.getStaleList());
        if (!refused.isEmpty()) {
            cluster.events().note(Event.ZOMBIE_COMMIT_REFUSED);
        }
        addAll(refused, reply.getUnknownList());
        Optional<MemberImage> member =
                before.group(commit.getGroupId()).flatMap(group -> group.member(commit.getMemberId()));
        commit.getOffsetsList()
                .forEach(topic -> topic.getOffsetsList().forEach(offset -> {
                    var partition = new TopicPartition(UuidBytes.fromBytes(topic.getTopicId()), offset.getPartition());
                    check(
                            refused.contains(partition)
                                    || member.filter(it -> mayCommit(it, partition, commit.getMemberEpoch()))
                                            .isPresent(),
                            () -> "G3: a commit of " + partition + " is stored, which is not the member's: " + commit);
                }));
    }

    private static void addAll(Set<TopicPartition> partitions, List<GroupOffsetsRefs> refs) {
        refs.forEach(topic -> topic.getPartitionsList()
                .forEach(
                        number -> partitions.add(new TopicPartition(UuidBytes.fromBytes(topic.getTopicId()), number))));
    }

    private static boolean mayCommit(MemberImage member, TopicPartition partition, int epoch) {
        return epoch <= member.epoch() && member.assignedEpoch(partition).orElse(Integer.MAX_VALUE) <= epoch;
    }
}
