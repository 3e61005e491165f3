package io.kontiki.metadata.command;

import io.kontiki.metadata.CommittedOffset;
import io.kontiki.metadata.GroupImage;
import io.kontiki.metadata.GroupOffsets;
import io.kontiki.metadata.MetadataImage;
import io.kontiki.metadata.TopicPartition;
import io.kontiki.metadata.UuidBytes;
import io.kontiki.proto.internal.v1.CommandReply;
import io.kontiki.proto.internal.v1.CommitGroupOffsets;
import io.kontiki.proto.internal.v1.CommitGroupOffsetsReply;
import io.kontiki.proto.internal.v1.DeleteGroupOffsets;
import io.kontiki.proto.internal.v1.GroupCommit;
import io.kontiki.proto.internal.v1.GroupCommitReply;
import io.kontiki.proto.internal.v1.GroupOffsetRecord;
import io.kontiki.proto.v1.ErrorReason;
import java.util.HashSet;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

/** Offsets are committed and forgotten (rules C1, G3, G5, G6). */
final class OffsetCommands {
    private static final int COMMITS_MAX = 100_000;

    private OffsetCommands() {}

    /** Many commits of many groups; each is judged alone, and sees those before it. */
    static CommandReply commit(ImageEdit edit, CommitGroupOffsets command, long timestampMs, long index) {
        if (command.getCommitsCount() > COMMITS_MAX) {
            return Replies.invalid("commits has " + command.getCommitsCount() + " entries, but at most " + COMMITS_MAX
                    + " are allowed");
        }
        var replies = CommitGroupOffsetsReply.newBuilder();
        for (var commit : command.getCommitsList()) {
            replies.addCommits(commit(edit, commit, command.getAssumedIndex(), timestampMs, index));
        }
        return CommandReply.newBuilder().setCommitGroupOffsets(replies).build();
    }

    private static GroupCommitReply commit(
            ImageEdit edit, GroupCommit commit, long assumedIndex, long timestampMs, long index) {
        var id = commit.getGroupId();
        var group = edit.image().group(id);
        var refusal = GroupRules.checkGroupId(id)
                .or(() -> GroupCommands.checkSlot(edit.image(), id, commit.getSlotEpoch()))
                .or(() -> checkMember(group, commit))
                .or(() -> checkOffsets(commit))
                .or(() -> group.isEmpty() ? GroupCommands.checkRoom(edit.image()) : Optional.empty());
        if (refusal.isPresent()) {
            return refused(refusal.get());
        }
        var member = group.flatMap(present -> present.member(commit.getMemberId()));
        var reply = GroupCommitReply.newBuilder();
        var judgement = new CommitJudgement(edit.image(), member, commit, assumedIndex, timestampMs, index);
        var accepted = judgement.accepted(reply);
        if (accepted.isEmpty()) {
            return reply.build();
        }
        var before = group.map(GroupImage::offsets).orElse(GroupOffsets.NONE);
        var after = before;
        for (var each : accepted.entrySet()) {
            after = after.with(each.getKey(), each.getValue());
        }
        refusal = GroupRules.checkOffsets(
                id, before.size(), after.size(), edit.image().groups().offsetsSize());
        if (refusal.isPresent()) {
            return refused(refusal.get());
        }
        if (group.isEmpty()) {
            edit.put(GroupImage.empty(id).withEmptySince(timestampMs).withVersion(index));
        }
        edit.put(id, after, accepted.keySet());
        return reply.build();
    }

    private static GroupCommitReply refused(CommandReply refusal) {
        return GroupCommitReply.newBuilder()
                .setReason(refusal.getReason())
                .setMessage(refusal.getMessage())
                .build();
    }

    /** Rule G3, as far as the commit as a whole goes. */
    private static Optional<CommandReply> checkMember(Optional<GroupImage> group, GroupCommit commit) {
        var id = commit.getMemberId();
        if (id.isEmpty() && commit.getOffsetsCount() == 0) {
            // A read from outside: whether its coordinator is the group's has been looked at, and that is all.
            return Optional.empty();
        }
        if (id.isEmpty()) {
            return group.isEmpty() || group.get().isEmpty()
                    ? Optional.empty()
                    : Optional.of(Replies.refusal(
                            ErrorReason.ERROR_REASON_GROUP_NOT_EMPTY,
                            "member_id is empty, but group \"" + commit.getGroupId() + "\" has "
                                    + group.get().members().size() + " members, and only they commit"));
        }
        var member = group.flatMap(present -> present.member(id));
        if (member.isEmpty()) {
            return Optional.of(Replies.refusal(
                    ErrorReason.ERROR_REASON_UNKNOWN_MEMBER,
                    "member_id is \"" + id + "\", but group \"" + commit.getGroupId() + "\" has no such member"));
        }
        return commit.getMemberEpoch() <= member.get().epoch()
                ? Optional.empty()
                : Optional.of(Replies.refusal(
                        ErrorReason.ERROR_REASON_STALE_MEMBER_EPOCH,
                        "member_epoch is " + commit.getMemberEpoch() + ", but member \"" + id + "\" is at "
                                + member.get().epoch()));
    }

    private static Optional<CommandReply> checkOffsets(GroupCommit commit) {
        var seen = new HashSet<TopicPartition>();
        for (var topic : commit.getOffsetsList()) {
            if (!UuidBytes.isValid(topic.getTopicId())) {
                return Optional.of(invalidTopicId(topic.getTopicId().size()));
            }
            var topicId = UuidBytes.fromBytes(topic.getTopicId());
            for (var offset : topic.getOffsetsList()) {
                if (!seen.add(new TopicPartition(topicId, offset.getPartition()))) {
                    return Optional.of(Replies.invalid("partition " + offset.getPartition() + " is there twice"));
                }
                var invalid = checkOffset(offset);
                if (invalid.isPresent()) {
                    return invalid;
                }
            }
        }
        return Optional.empty();
    }

    private static Optional<CommandReply> checkOffset(GroupOffsetRecord offset) {
        if (offset.getOffset() < 0) {
            return Optional.of(Replies.invalid("offset is " + offset.getOffset() + ", below 0"));
        }
        if (offset.getLeaderEpoch() < CommittedOffset.NO_LEADER_EPOCH) {
            return Optional.of(Replies.invalid(
                    "leader_epoch is " + offset.getLeaderEpoch() + ", below " + CommittedOffset.NO_LEADER_EPOCH));
        }
        return GroupRules.checkMetadata(offset.getMetadata());
    }

    /** Forgets what no member subscribes to. Patterns are the coordinator's to judge; the version tells that it did. */
    static CommandReply delete(ImageEdit edit, DeleteGroupOffsets command) {
        var id = command.getGroupId();
        var image = edit.image();
        var refusal = GroupRules.checkGroupId(id).or(() -> GroupCommands.checkSlot(image, id, command.getSlotEpoch()));
        if (refusal.isPresent()) {
            return refusal.get();
        }
        var group = image.group(id);
        if (group.isEmpty()) {
            return Replies.refusal(ErrorReason.ERROR_REASON_GROUP_NOT_FOUND, "there is no group \"" + id + "\"");
        }
        Set<TopicPartition> partitions = new TreeSet<>();
        for (var refs : command.getOffsetsList()) {
            if (!UuidBytes.isValid(refs.getTopicId())) {
                return invalidTopicId(refs.getTopicId().size());
            }
            var topicId = UuidBytes.fromBytes(refs.getTopicId());
            refs.getPartitionsList().forEach(number -> partitions.add(new TopicPartition(topicId, number)));
        }
        refusal = GroupCommands.checkVersion(group.get(), command.getExpectedVersion())
                .or(() -> checkUnsubscribed(image, group.get(), partitions))
                .or(() -> checkKnown(group.get(), partitions, command.getAssumedIndex()));
        if (refusal.isPresent()) {
            return refusal.get();
        }
        edit.removeOffsets(id, partitions);
        return Replies.ok();
    }

    private static Optional<CommandReply> checkUnsubscribed(
            MetadataImage image, GroupImage group, Set<TopicPartition> partitions) {
        for (var partition : partitions) {
            var name = image.topic(partition.topicId()).map(topic -> topic.name());
            for (var member : group.members().values()) {
                if (name.filter(member.topics()::contains).isPresent()
                        || member.holds(partition)
                        || member.target().contains(partition)) {
                    return Optional.of(Replies.refusal(
                            ErrorReason.ERROR_REASON_GROUP_SUBSCRIBED,
                            "member \"" + member.id() + "\" subscribes to partition " + partition));
                }
            }
        }
        return Optional.empty();
    }

    /** Rule Q2: a deletion that comes late, or twice, forgets no offset that was committed since. */
    private static Optional<CommandReply> checkKnown(
            GroupImage group, Set<TopicPartition> partitions, long assumedIndex) {
        if (assumedIndex == 0) {
            return Optional.empty();
        }
        for (var partition : partitions) {
            var later = group.offset(partition).filter(stored -> stored.index() > assumedIndex);
            if (later.isPresent()) {
                return Optional.of(Replies.refusal(
                        ErrorReason.ERROR_REASON_CONCURRENT_CHANGE,
                        "assumed_index is " + assumedIndex + ", but an offset of partition " + partition
                                + " was committed at " + later.get().index()));
            }
        }
        return Optional.empty();
    }

    private static CommandReply invalidTopicId(int bytes) {
        return Replies.invalid("topic_id has " + bytes + " bytes, but must have " + UuidBytes.LENGTH);
    }
}
