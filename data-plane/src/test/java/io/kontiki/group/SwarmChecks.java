package io.kontiki.group;

import io.kontiki.metadata.GroupImage;
import io.kontiki.metadata.MemberImage;
import io.kontiki.metadata.MetadataImage;
import io.kontiki.metadata.TopicPartition;
import io.kontiki.metadata.UuidBytes;
import io.kontiki.metadata.command.Applied;
import io.kontiki.proto.internal.v1.Command;
import io.kontiki.proto.internal.v1.CommitGroupOffsets;
import io.kontiki.proto.internal.v1.GroupCommit;
import io.kontiki.proto.internal.v1.GroupCommitReply;
import io.kontiki.proto.v1.ErrorReason;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;

/** What has to hold after each step of a swarm: single ownership, and rules C1 and G1 to G8. */
final class SwarmChecks {
    private record Key(String groupId, SwarmMember.Part part) {}

    private final GroupSwarm swarm;
    private final Map<Key, Long> acknowledged = new HashMap<>();
    long changes;
    long commits;
    long staleCommits;
    long zombieCommits;

    SwarmChecks(GroupSwarm swarm) {
        this.swarm = swarm;
    }

    /** Who is in the record and believes to own a partition, has it there; and there it is one member's (G2). */
    void onBelief(SwarmMember member) {
        var owned = member.owned();
        if (owned.isEmpty()) {
            return;
        }
        var image = swarm.quorum.image();
        var record = image.group(member.groupId).flatMap(group -> group.member(member.id()));
        if (record.isEmpty()) {
            return;
        }
        for (var part : owned) {
            var topic = image.topic(part.topic());
            if (topic.isPresent()
                    && !record.get().holds(new TopicPartition(topic.get().id(), part.number()))) {
                throw failure(
                        member + " is not fenced and believes to own " + part + ", but the record is " + record.get());
            }
        }
    }

    void onApplied(MetadataImage before, Command command, Applied applied) {
        var after = applied.image();
        for (var id : applied.delta().groups().changed()) {
            changes++;
            onGroup(
                    before.group(id).orElse(GroupImage.empty(id)),
                    after.group(id).orElseThrow());
            swarm.membersOf(id).forEach(this::onBelief);
        }
        if (command.hasChangeGroup() && applied.reply().getReason() == ErrorReason.ERROR_REASON_INVALID_ARGUMENT) {
            throw failure("a coordinator proposed what the rules forbid: "
                    + applied.reply().getMessage() + "\n" + command.getChangeGroup());
        }
        if (applied.reply().getReason() == ErrorReason.ERROR_REASON_INTERNAL) {
            throw failure(applied.reply().getMessage());
        }
        if (applied.reply().hasCommitGroupOffsets()) {
            onCommits(before, command.getCommitGroupOffsets(), applied);
        }
    }

    private void onGroup(GroupImage before, GroupImage after) {
        if (after.epoch() < before.epoch() || after.assignmentEpoch() < before.assignmentEpoch()) {
            throw failure("epochs of " + after.id() + " fall (G1)");
        }
        boolean same = before.members().keySet().equals(after.members().keySet())
                && after.members().values().stream()
                        .allMatch(
                                member -> member.subscribesLike(before.members().get(member.id())));
        if (!same && after.epoch() == before.epoch()) {
            throw failure("members of " + after.id() + " change, its epoch does not (G1)");
        }
        var held = new HashSet<TopicPartition>();
        var names = new HashSet<String>();
        for (var member : after.members().values()) {
            onMember(before, after, member);
            for (var partitions :
                    List.of(member.owned().keySet(), member.revoking().keySet())) {
                for (var partition : partitions) {
                    if (!held.add(partition)) {
                        throw failure(partition + " is held twice in " + after.id() + " (G2)");
                    }
                }
            }
            if (member.instanceId().isPresent()
                    && !names.add(member.instanceId().get())) {
                throw failure("instance id " + member.instanceId().get() + " is there twice (G4)");
            }
        }
        // From one member to another only if the first let go, or is gone (G2).
        for (var member : before.members().values()) {
            var now = after.members().get(member.id());
            for (var partition : member.owned().keySet()) {
                if (now != null && !now.holds(partition) && held.contains(partition)) {
                    throw failure(partition + " was taken from " + member.id() + ", which has not let go of it (G2)");
                }
            }
        }
    }

    private void onMember(GroupImage before, GroupImage after, MemberImage member) {
        if (member.epoch() > after.assignmentEpoch()) {
            throw failure("epoch of " + member.id() + " is above that of the assignment (G1)");
        }
        var old = before.members().get(member.id());
        if (old != null && member.epoch() < old.epoch()) {
            throw failure("epoch of " + member.id() + " falls (G1)");
        }
    }

    private void onCommits(MetadataImage before, CommitGroupOffsets command, Applied applied) {
        var replies = applied.reply().getCommitGroupOffsets().getCommitsList();
        for (int i = 0; i < replies.size(); i++) {
            onCommit(before, command.getCommits(i), replies.get(i));
        }
    }

    /** Rules C1 and G3, by their words. */
    private void onCommit(MetadataImage before, GroupCommit commit, GroupCommitReply reply) {
        if (reply.getReason() != ErrorReason.ERROR_REASON_UNSPECIFIED) {
            zombieCommits++;
            return;
        }
        commits++;
        var stale = new HashSet<TopicPartition>();
        reply.getStaleList()
                .forEach(refs -> refs.getPartitionsList()
                        .forEach(number ->
                                stale.add(new TopicPartition(UuidBytes.fromBytes(refs.getTopicId()), number))));
        reply.getUnknownList()
                .forEach(refs -> refs.getPartitionsList()
                        .forEach(number ->
                                stale.add(new TopicPartition(UuidBytes.fromBytes(refs.getTopicId()), number))));
        staleCommits += stale.size();
        if (before.slots().of(commit.getGroupId()).epoch() != commit.getSlotEpoch()) {
            throw failure("a commit of a deposed coordinator was stored (C1)");
        }
        var member = before.group(commit.getGroupId()).flatMap(group -> group.member(commit.getMemberId()));
        for (var topic : commit.getOffsetsList()) {
            for (var offset : topic.getOffsetsList()) {
                var partition = new TopicPartition(UuidBytes.fromBytes(topic.getTopicId()), offset.getPartition());
                boolean allowed = member.isPresent()
                        && commit.getMemberEpoch() <= member.get().epoch()
                        && member.get().assignedEpoch(partition).orElse(Integer.MAX_VALUE) <= commit.getMemberEpoch();
                if (!allowed && !stale.contains(partition)) {
                    throw failure("a commit of " + commit.getMemberId() + " was stored for " + partition + " (G3)");
                }
            }
        }
    }

    void onAcknowledged(String groupId, SwarmMember.Part part, long offset) {
        acknowledged.merge(new Key(groupId, part), offset, Math::max);
    }

    long acknowledged(String groupId, SwarmMember.Part part) {
        return acknowledged.getOrDefault(new Key(groupId, part), 0L);
    }

    /** Members of a swarm only go forward, each from where the one before it was. */
    void onFetched(String groupId, SwarmMember.Part part, long offset, long least) {
        if (offset < least) {
            throw failure("offset " + least + " of " + part + " in " + groupId + " was acknowledged, and then " + offset
                    + " is told (G8)");
        }
    }

    AssertionError failure(String message) {
        return new AssertionError(swarm.label() + ": " + message);
    }
}
