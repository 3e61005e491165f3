package io.kontiki.metadata.command;

import io.kontiki.metadata.Assignor;
import io.kontiki.metadata.GroupCodec;
import io.kontiki.metadata.GroupImage;
import io.kontiki.metadata.MemberImage;
import io.kontiki.metadata.MetadataImage;
import io.kontiki.metadata.SlotsImage;
import io.kontiki.metadata.TopicPartition;
import io.kontiki.proto.internal.v1.ChangeGroup;
import io.kontiki.proto.internal.v1.CommandReply;
import io.kontiki.proto.internal.v1.DeleteGroup;
import io.kontiki.proto.v1.ErrorReason;
import java.util.ArrayList;
import java.util.Optional;
import java.util.UUID;

/** Groups come, change and go (rules C1, G1, G2, G4, G6). What their coordinators propose is checked here. */
final class GroupCommands {
    private GroupCommands() {}

    /** The next state of a group, if it follows from the one that is there by the rules. */
    static CommandReply change(ImageEdit edit, ChangeGroup command, long timestampMs, long index) {
        var image = edit.image();
        var id = command.getGroupId();
        var refusal = GroupRules.check(command).or(() -> checkSlot(image, id, command.getSlotEpoch()));
        if (refusal.isPresent()) {
            return refusal.get();
        }
        var before = image.group(id).orElseGet(() -> GroupImage.empty(id));
        refusal = checkVersion(before, command.getExpectedVersion())
                .or(() -> checkRemoved(before, command))
                .or(() -> checkCount(image, before, command));
        if (refusal.isPresent()) {
            return refusal.get();
        }
        var after = next(before, command, timestampMs, index);
        refusal = new GroupTransition(before, after, image).check();
        if (refusal.isPresent()) {
            return refusal.get();
        }
        edit.put(after);
        return Replies.ok();
    }

    private static GroupImage next(GroupImage before, ChangeGroup command, long timestampMs, long index) {
        var members = before.members().minusAll(command.getRemovedMembersList());
        for (var record : command.getMembersList()) {
            members = members.plus(record.getId(), GroupCodec.fromRecord(record));
        }
        long emptySinceMs = 0;
        if (members.isEmpty()) {
            emptySinceMs = before.isEmpty() ? before.emptySinceMs() : timestampMs;
        }
        var assignor = Assignor.of(command.getAssignor()).orElseThrow();
        return before.withEpochs(command.getEpoch(), command.getAssignmentEpoch(), assignor)
                .withMembers(members)
                .withEmptySince(emptySinceMs)
                .withVersion(index);
    }

    /** Rule G6. What is gone already is well. */
    static CommandReply delete(ImageEdit edit, DeleteGroup command) {
        var id = command.getGroupId();
        var refusal = GroupRules.checkGroupId(id).or(() -> checkSlot(edit.image(), id, command.getSlotEpoch()));
        if (refusal.isPresent()) {
            return refusal.get();
        }
        var group = edit.image().group(id);
        if (group.isEmpty()) {
            return Replies.ok();
        }
        if (!group.get().isEmpty()) {
            return Replies.refusal(
                    ErrorReason.ERROR_REASON_GROUP_NOT_EMPTY,
                    "group \"" + id + "\" has " + group.get().members().size() + " members");
        }
        long before = command.getEmptySinceBeforeMs();
        if (before != 0 && group.get().lastUsedMs() > before) {
            return Replies.refusal(
                    ErrorReason.ERROR_REASON_CONCURRENT_CHANGE,
                    "empty_since_before_ms is " + before + ", but group \"" + id + "\" was used at "
                            + group.get().lastUsedMs());
        }
        var later = changedAfter(group.get(), command.getAssumedIndex());
        if (later.isPresent()) {
            return later.get();
        }
        edit.removeGroup(id);
        return Replies.ok();
    }

    /** Rule Q2: a deletion that comes late, or twice, forgets nothing that came since. */
    private static Optional<CommandReply> changedAfter(GroupImage group, long assumedIndex) {
        long last = group.lastChangeIndex();
        return assumedIndex == 0 || last <= assumedIndex
                ? Optional.empty()
                : Optional.of(Replies.refusal(
                        ErrorReason.ERROR_REASON_CONCURRENT_CHANGE,
                        "assumed_index is " + assumedIndex + ", but group \"" + group.id() + "\" was changed at "
                                + last));
    }

    /**
     * Every group without a topic that is gone: its offsets, and its partitions wherever a member has them. Epochs stay as
     * they are, since who is left holds nothing new; the new version tells the coordinator to make another target.
     */
    static void forgetTopic(ImageEdit edit, UUID topicId, long index) {
        for (var group : edit.image().groups().byId().values()) {
            var members = group.members();
            for (MemberImage member : group.members().values()) {
                var rest = member.withoutTopic(topicId);
                if (rest != member) {
                    members = members.plus(member.id(), rest);
                }
            }
            if (members != group.members()) {
                edit.put(group.withMembers(members).withVersion(index));
            }
            var offsets = group.offsets().ofTopic(topicId);
            if (!offsets.isEmpty()) {
                var partitions = new ArrayList<TopicPartition>();
                offsets.keySet().forEach(number -> partitions.add(new TopicPartition(topicId, number)));
                edit.removeOffsets(group.id(), partitions);
            }
        }
    }

    /** Rule C1: refuses a coordinator that is not the owner of the group's slot any more. */
    static Optional<CommandReply> checkSlot(MetadataImage image, String groupId, int slotEpoch) {
        var slot = image.slots().of(groupId);
        return slot.hasOwner() && slot.epoch() == slotEpoch
                ? Optional.empty()
                : Optional.of(Replies.refusal(
                        ErrorReason.ERROR_REASON_NOT_COORDINATOR,
                        "slot_epoch is " + slotEpoch + ", but slot " + SlotsImage.numberOf(groupId) + " is at "
                                + slot.epoch() + (slot.hasOwner() ? "" : " without an owner")));
    }

    /** Refuses what was planned on another state of the group. */
    static Optional<CommandReply> checkVersion(GroupImage group, long expectedVersion) {
        return group.version() == expectedVersion
                ? Optional.empty()
                : Optional.of(Replies.refusal(
                        ErrorReason.ERROR_REASON_CONCURRENT_CHANGE,
                        "expected_version is " + expectedVersion + ", but group \"" + group.id() + "\" is at "
                                + group.version()));
    }

    /** Refuses one more group than there may be. */
    static Optional<CommandReply> checkRoom(MetadataImage image) {
        return image.groups().size() < GroupRules.GROUPS_MAX
                ? Optional.empty()
                : Optional.of(Replies.refusal(
                        ErrorReason.ERROR_REASON_OVERLOADED,
                        "the cluster has " + image.groups().size() + " groups, and may have at most "
                                + GroupRules.GROUPS_MAX));
    }

    private static Optional<CommandReply> checkRemoved(GroupImage before, ChangeGroup command) {
        return command.getRemovedMembersList().stream()
                .filter(id -> before.member(id).isEmpty())
                .findFirst()
                .map(id -> Replies.invalid("removed_members has \"" + id + "\", which is not in the group"));
    }

    private static Optional<CommandReply> checkCount(MetadataImage image, GroupImage before, ChangeGroup command) {
        if (before.version() == 0 && command.getMembersCount() == 0) {
            return Optional.of(Replies.invalid("members is empty: the new group would be, too"));
        }
        long joined = command.getMembersList().stream()
                .filter(member -> before.member(member.getId()).isEmpty())
                .count();
        long members = before.members().size() + joined - command.getRemovedMembersCount();
        if (joined > 0 && members > GroupRules.MEMBERS_MAX) {
            return Optional.of(Replies.refusal(
                    ErrorReason.ERROR_REASON_GROUP_FULL,
                    "group \"" + before.id() + "\" would have " + members + " members, and may have at most "
                            + GroupRules.MEMBERS_MAX));
        }
        return before.version() == 0 ? checkRoom(image) : Optional.empty();
    }
}
