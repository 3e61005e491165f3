package io.kontiki.metadata.command;

import io.kontiki.metadata.Assignor;
import io.kontiki.metadata.GroupCodec;
import io.kontiki.metadata.GroupImage;
import io.kontiki.metadata.MemberImage;
import io.kontiki.metadata.MetadataImage;
import io.kontiki.metadata.TopicPartition;
import io.kontiki.metadata.UuidBytes;
import io.kontiki.proto.internal.v1.ChangeGroup;
import io.kontiki.proto.internal.v1.Command;
import io.kontiki.proto.internal.v1.CommitGroupOffsets;
import io.kontiki.proto.internal.v1.DeleteGroup;
import io.kontiki.proto.internal.v1.DeleteGroupOffsets;
import io.kontiki.proto.internal.v1.GroupCommit;
import io.kontiki.proto.internal.v1.GroupOffsetsRefs;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import org.pcollections.TreePMap;
import org.pcollections.TreePSet;

/** Draws what coordinators propose, and what one would that errs or is late. */
final class RandomGroupCommands {
    private static final int GROUPS = 3;
    private static final int MEMBERS = 5;

    private final Random random;

    RandomGroupCommands(Random random) {
        this.random = random;
    }

    void draw(Command.Builder command, MetadataImage image) {
        var id = "group" + random.nextInt(GROUPS);
        var group = image.group(id).orElseGet(() -> GroupImage.empty(id));
        switch (random.nextInt(20)) {
            case 0 ->
                command.setDeleteGroup(DeleteGroup.newBuilder()
                        .setGroupId(id)
                        .setSlotEpoch(slotEpoch(image, id))
                        .setEmptySinceBeforeMs(random.nextBoolean() ? 0 : command.getTimestampMs() - 100));
            case 1 -> command.setDeleteGroupOffsets(forget(image, group));
            case 2, 3, 4, 5, 6 -> command.setCommitGroupOffsets(commits(image));
            default -> command.setChangeGroup(change(image, group));
        }
    }

    private int slotEpoch(MetadataImage image, String group) {
        return image.slots().of(group).epoch() - oneIn(20);
    }

    private int oneIn(int count) {
        return random.nextInt(count) == 0 ? 1 : 0;
    }

    private ChangeGroup change(MetadataImage image, GroupImage group) {
        var change = ChangeGroup.newBuilder()
                .setGroupId(group.id())
                .setSlotEpoch(slotEpoch(image, group.id()))
                .setExpectedVersion(group.version() - oneIn(20))
                .setEpoch(group.epoch())
                .setAssignmentEpoch(group.assignmentEpoch())
                .setAssignor(group.assignor().number());
        var after = next(image, group, change);
        after.members().values().stream()
                .filter(member -> group.members().get(member.id()) != member)
                .forEach(member -> change.addMembers(GroupCodec.toRecord(member)));
        group.members().keySet().stream()
                .filter(id -> after.member(id).isEmpty())
                .forEach(change::addRemovedMembers);
        change.setEpoch(after.epoch() - oneIn(15)).setAssignmentEpoch(after.assignmentEpoch() + oneIn(15));
        if (random.nextInt(6) == 0) {
            err(image, change);
        }
        return change.build();
    }

    private GroupImage next(MetadataImage image, GroupImage group, ChangeGroup.Builder change) {
        switch (random.nextInt(10)) {
            case 0, 1, 2 -> {
                return joined(group);
            }
            case 3 -> {
                if (random.nextInt(4) == 0) {
                    return raised(group.withMembers(TreePMap.empty()));
                }
                var member = any(group.members().values());
                return member.isEmpty()
                        ? group
                        : withoutMember(group, member.get().id());
            }
            case 4 -> {
                change.setAssignor(Assignor.values()[random.nextInt(3)].number());
                return any(group.members().values())
                        .map(member ->
                                raised(with(group, member.withSubscription(TreePSet.of(topic()), Optional.empty()))))
                        .orElse(group);
            }
            case 5, 6 -> {
                return group.isEmpty() ? group : assigned(image, raised(group));
            }
            default -> {
                // Two at once, so that one may get what the other has let go of.
                return random.nextBoolean() ? reconciled(group) : reconciled(reconciled(group));
            }
        }
    }

    private String topic() {
        return "topic" + random.nextInt(12);
    }

    private GroupImage joined(GroupImage group) {
        var id = "member" + random.nextInt(1000);
        if (random.nextBoolean()) {
            return group.members().size() >= MEMBERS ? group : raised(with(group, TestGroup.joining(id, topic())));
        }
        var instance = "instance" + random.nextInt(2);
        var joining = TestGroup.holder(id, instance, topic());
        var old = group.instance(instance);
        if (old.isEmpty()) {
            return raised(with(group, joining));
        }
        var heir = joining.withTarget(old.get().target())
                .with(old.get().epoch(), old.get().owned(), old.get().revoking());
        var next = raised(with(withoutMember(group, old.get().id()), heir));
        return next.withEpochs(next.epoch(), next.epoch(), next.assignor());
    }

    private static GroupImage raised(GroupImage group) {
        return group.withEpochs(group.epoch() + 1, group.assignmentEpoch(), group.assignor());
    }

    private static GroupImage with(GroupImage group, MemberImage member) {
        return group.withMembers(group.members().plus(member.id(), member));
    }

    private static GroupImage withoutMember(GroupImage group, String id) {
        return raised(group.withMembers(group.members().minus(id)));
    }

    /** Any partition to any member; each of them begins to let go of what it is not to own. */
    private GroupImage assigned(MetadataImage image, GroupImage group) {
        Map<String, TreePSet<TopicPartition>> targets = new HashMap<>();
        var ids = List.copyOf(group.members().keySet());
        for (var partition : partitions(image)) {
            targets.merge(ids.get(random.nextInt(ids.size())), TreePSet.of(partition), (one, two) -> one.plusAll(two));
        }
        var result = group.withEpochs(group.epoch(), group.epoch(), group.assignor());
        for (var member : group.members().values()) {
            var target = targets.getOrDefault(member.id(), TreePSet.empty());
            var owned = member.owned();
            var revoking = member.revoking();
            for (var entry : member.owned().entrySet()) {
                if (!target.contains(entry.getKey())) {
                    owned = owned.minus(entry.getKey());
                    revoking = revoking.plus(entry.getKey(), entry.getValue());
                }
            }
            result = with(result, member.withTarget(target).with(member.epoch(), owned, revoking));
        }
        return result;
    }

    /** One member has let go, and gets of its target what nobody holds. */
    private GroupImage reconciled(GroupImage group) {
        var any = any(group.members().values());
        if (any.isEmpty()) {
            return group;
        }
        var member = any.get();
        int epoch = group.assignmentEpoch();
        var owned = member.owned().minusAll(minus(member.owned().keySet(), member.target()));
        for (var partition : member.target()) {
            if (group.members().values().stream().noneMatch(other -> other != member && other.holds(partition))
                    && !owned.containsKey(partition)
                    && random.nextInt(5) > 0) {
                owned = owned.plus(partition, epoch);
            }
        }
        return with(group, member.with(epoch, owned, TestGroup.none()));
    }

    private static List<TopicPartition> minus(Collection<TopicPartition> all, Collection<TopicPartition> some) {
        return all.stream().filter(partition -> !some.contains(partition)).toList();
    }

    /** What a defect might come to. */
    private void err(MetadataImage image, ChangeGroup.Builder change) {
        var partitions = partitions(image);
        if (change.getMembersCount() == 0 || partitions.isEmpty()) {
            return;
        }
        int number = random.nextInt(change.getMembersCount());
        var member = GroupCodec.fromRecord(change.getMembers(number));
        var partition = partitions.get(random.nextInt(partitions.size()));
        int epoch = random.nextBoolean() ? member.epoch() : change.getEpoch();
        var wrong = switch (random.nextInt(4)) {
            case 0 -> member.with(member.epoch(), member.owned().plus(partition, epoch), member.revoking());
            case 1 ->
                member.with(member.epoch(), member.owned(), member.revoking().plus(partition, epoch));
            case 2 -> member.withTarget(member.target().plus(partition));
            default -> member.with(change.getEpoch(), member.owned(), member.revoking());
        };
        change.setMembers(number, GroupCodec.toRecord(wrong));
    }

    private CommitGroupOffsets commits(MetadataImage image) {
        var commits = CommitGroupOffsets.newBuilder();
        if (random.nextBoolean()) {
            commits.setAssumedIndex(image.position().index());
        }
        for (int i = random.nextInt(3); i >= 0; i--) {
            commits.addCommits(commit(image));
        }
        return commits.build();
    }

    private GroupCommit commit(MetadataImage image) {
        var id = "group" + random.nextInt(GROUPS);
        var commit = GroupCommit.newBuilder().setGroupId(id).setSlotEpoch(slotEpoch(image, id));
        if (random.nextInt(4) == 0) {
            commit.setAssumedIndex(Math.max(1, image.position().index() - random.nextInt(10)));
        }
        var member = image.group(id).flatMap(group -> any(group.members().values()));
        if (member.isPresent() && random.nextInt(10) > 0) {
            commit.setMemberId(member.get().id()).setMemberEpoch(member.get().epoch() + oneIn(20) - random.nextInt(3));
            var owned = new ArrayList<>(member.get().owned().keySet());
            owned.addAll(member.get().revoking().keySet());
            any(owned).ifPresent(partition -> commit.addOffsets(TestGroup.offset(partition, random.nextInt(100))));
        } else {
            any(partitions(image))
                    .ifPresent(partition -> commit.addOffsets(TestGroup.offset(partition, random.nextInt(100))));
        }
        return commit.build();
    }

    private DeleteGroupOffsets forget(MetadataImage image, GroupImage group) {
        var forget = DeleteGroupOffsets.newBuilder()
                .setGroupId(group.id())
                .setSlotEpoch(slotEpoch(image, group.id()))
                .setExpectedVersion(group.version())
                .setAssumedIndex(image.position().index());
        any(group.offsets().byTopic().keySet())
                .ifPresent(topic -> forget.addOffsets(GroupOffsetsRefs.newBuilder()
                        .setTopicId(UuidBytes.toBytes(topic))
                        .addAllPartitions(group.offsets().ofTopic(topic).keySet())));
        return forget.build();
    }

    private <T> Optional<T> any(Collection<T> items) {
        return items.isEmpty()
                ? Optional.empty()
                : Optional.of(List.copyOf(items).get(random.nextInt(items.size())));
    }

    private static List<TopicPartition> partitions(MetadataImage image) {
        var partitions = new ArrayList<TopicPartition>();
        for (var topic : image.topics().all()) {
            for (int number = 0; number < topic.partitions().size(); number++) {
                partitions.add(new TopicPartition(topic.id(), number));
            }
        }
        return partitions;
    }
}
