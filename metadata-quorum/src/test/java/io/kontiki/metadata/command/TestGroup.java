package io.kontiki.metadata.command;

import io.kontiki.metadata.GroupCodec;
import io.kontiki.metadata.GroupImage;
import io.kontiki.metadata.MemberImage;
import io.kontiki.metadata.TopicPartition;
import io.kontiki.metadata.UuidBytes;
import io.kontiki.proto.internal.v1.ChangeGroup;
import io.kontiki.proto.internal.v1.Command;
import io.kontiki.proto.internal.v1.CommandReply;
import io.kontiki.proto.internal.v1.CommitGroupOffsets;
import io.kontiki.proto.internal.v1.GroupCommit;
import io.kontiki.proto.internal.v1.GroupCommitReply;
import io.kontiki.proto.internal.v1.GroupOffsetRecord;
import io.kontiki.proto.internal.v1.GroupOffsetsRecord;
import java.util.Map;
import java.util.Optional;
import org.pcollections.PSortedMap;
import org.pcollections.TreePMap;
import org.pcollections.TreePSet;

/** What the coordinator of a group would propose. */
final class TestGroup {
    static final long NOW = 1_000_000;

    private final TestQuorum quorum;
    private final String id;

    TestGroup(TestQuorum quorum, String id) {
        this.quorum = quorum;
        this.id = id;
    }

    GroupImage image() {
        return quorum.image().group(id).orElseThrow();
    }

    MemberImage member(String memberId) {
        return image().member(memberId).orElseThrow();
    }

    int slotEpoch() {
        return quorum.image().slots().of(id).epoch();
    }

    /** A change that names the group as it is, and changes nothing yet. */
    ChangeGroup.Builder change() {
        var group = quorum.image().group(id).orElseGet(() -> GroupImage.empty(id));
        return ChangeGroup.newBuilder()
                .setGroupId(id)
                .setSlotEpoch(slotEpoch())
                .setExpectedVersion(group.version())
                .setEpoch(group.epoch())
                .setAssignmentEpoch(group.assignmentEpoch())
                .setAssignor(group.assignor().number());
    }

    CommandReply propose(ChangeGroup.Builder change, MemberImage... members) {
        for (var member : members) {
            change.addMembers(GroupCodec.toRecord(member));
        }
        return quorum.apply(Command.newBuilder().setTimestampMs(NOW).setChangeGroup(change));
    }

    void accept(ChangeGroup.Builder change, MemberImage... members) {
        for (var member : members) {
            change.addMembers(GroupCodec.toRecord(member));
        }
        quorum.accept(Command.newBuilder().setTimestampMs(NOW).setChangeGroup(change));
    }

    /** Members join in one step, without a target. */
    void join(MemberImage... members) {
        var change = change();
        accept(change.setEpoch(change.getEpoch() + 1), members);
    }

    /** A new target in a new epoch: who has nothing to let go of confirms it at once, and owns what is free. */
    void assign(Map<String, ? extends Iterable<TopicPartition>> targets) {
        var change = change();
        int epoch = change.getEpoch() + 1;
        change.setEpoch(epoch).setAssignmentEpoch(epoch);
        var group = image();
        accept(
                change,
                targets.entrySet().stream()
                        .map(entry -> {
                            var member = group.member(entry.getKey()).orElseThrow();
                            var target = TreePSet.<TopicPartition>empty();
                            for (var partition : entry.getValue()) {
                                target = target.plus(partition);
                            }
                            return moved(group, member.withTarget(target), epoch);
                        })
                        .toArray(MemberImage[]::new));
    }

    private static MemberImage moved(GroupImage group, MemberImage member, int epoch) {
        var owned = member.owned();
        var revoking = member.revoking();
        for (var entry : member.owned().entrySet()) {
            if (!member.target().contains(entry.getKey())) {
                owned = owned.minus(entry.getKey());
                revoking = revoking.plus(entry.getKey(), entry.getValue());
            }
        }
        if (!revoking.isEmpty()) {
            return member.with(member.epoch(), owned, revoking);
        }
        for (var partition : member.target()) {
            if (group.members().values().stream().noneMatch(other -> other.holds(partition))) {
                owned = owned.plus(partition, epoch);
            }
        }
        return member.with(epoch, owned, revoking);
    }

    static MemberImage joining(String memberId, String... topics) {
        return MemberImage.joined(
                memberId,
                Optional.empty(),
                "client",
                "10.0.0.1",
                TreePSet.of(topics),
                Optional.empty(),
                10_000,
                60_000);
    }

    static MemberImage holder(String memberId, String instanceId, String... topics) {
        return MemberImage.joined(
                memberId,
                Optional.of(instanceId),
                "client",
                "10.0.0.1",
                TreePSet.of(topics),
                Optional.empty(),
                10_000,
                60_000);
    }

    static PSortedMap<TopicPartition, Integer> none() {
        return TreePMap.empty();
    }

    static PSortedMap<TopicPartition, Integer> held(TopicPartition partition, int epoch) {
        return TreePMap.<TopicPartition, Integer>empty().plus(partition, epoch);
    }

    GroupCommit.Builder commit(String memberId, int memberEpoch, TopicPartition partition, long offset) {
        return GroupCommit.newBuilder()
                .setGroupId(id)
                .setSlotEpoch(slotEpoch())
                .setMemberId(memberId)
                .setMemberEpoch(memberEpoch)
                .addOffsets(offset(partition, offset));
    }

    static GroupOffsetsRecord.Builder offset(TopicPartition partition, long offset) {
        return GroupOffsetsRecord.newBuilder()
                .setTopicId(UuidBytes.toBytes(partition.topicId()))
                .addOffsets(GroupOffsetRecord.newBuilder()
                        .setPartition(partition.partition())
                        .setOffset(offset)
                        .setLeaderEpoch(4)
                        .setMetadata("note"));
    }

    GroupCommitReply apply(GroupCommit.Builder commit) {
        return quorum.accept(Command.newBuilder()
                        .setTimestampMs(NOW)
                        .setCommitGroupOffsets(CommitGroupOffsets.newBuilder().addCommits(commit)))
                .getCommitGroupOffsets()
                .getCommits(0);
    }
}
