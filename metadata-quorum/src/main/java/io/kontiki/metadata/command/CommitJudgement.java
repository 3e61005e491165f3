package io.kontiki.metadata.command;

import io.kontiki.metadata.CommittedOffset;
import io.kontiki.metadata.MemberImage;
import io.kontiki.metadata.MetadataImage;
import io.kontiki.metadata.TopicPartition;
import io.kontiki.metadata.UuidBytes;
import io.kontiki.proto.internal.v1.GroupCommit;
import io.kontiki.proto.internal.v1.GroupCommitReply;
import io.kontiki.proto.internal.v1.GroupOffsetRecord;
import io.kontiki.proto.internal.v1.GroupOffsetsRecord;
import io.kontiki.proto.internal.v1.GroupOffsetsRefs;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/**
 * Which offsets of one commit are stored, partition by partition (rules G3 and Q2).
 *
 * <p>A commit may be held up on its way, and come when its committer has given it up and stored a later one. So it names an
 * index of the log that had been reached before it was begun. Whatever was stored after that may be later, and stays.
 * If it is this same commit, which was sent twice, it is as good as done.
 */
final class CommitJudgement {
    private final MetadataImage image;
    private final Optional<MemberImage> member;
    private final GroupCommit commit;
    private final long commandIndex;
    private final long timestampMs;
    private final long index;

    /**
     * @param member who commits; empty from outside
     * @param commandIndex what the coordinator knew; 0 if it does not tell
     * @param index of the entry that is applied
     */
    CommitJudgement(
            MetadataImage image,
            Optional<MemberImage> member,
            GroupCommit commit,
            long commandIndex,
            long timestampMs,
            long index) {
        this.image = image;
        this.member = member;
        this.commit = commit;
        this.commandIndex = commandIndex;
        this.timestampMs = timestampMs;
        this.index = index;
    }

    /** What is to be stored; what is not is told in {@code reply}, unless it is there already. */
    Map<TopicPartition, CommittedOffset> accepted(GroupCommitReply.Builder reply) {
        var accepted = new LinkedHashMap<TopicPartition, CommittedOffset>();
        for (var topic : commit.getOffsetsList()) {
            var topicId = UuidBytes.fromBytes(topic.getTopicId());
            var stale = refs(topic);
            var unknown = refs(topic);
            var overtaken = refs(topic);
            for (var offset : topic.getOffsetsList()) {
                var partition = new TopicPartition(topicId, offset.getPartition());
                var later = later(partition);
                if (image.partition(partition).isEmpty()) {
                    unknown.addPartitions(offset.getPartition());
                } else if (!mayCommit(partition)) {
                    stale.addPartitions(offset.getPartition());
                } else if (later.isEmpty()) {
                    accepted.put(partition, committed(offset));
                } else if (!isSame(later.get(), offset)) {
                    overtaken.addPartitions(offset.getPartition());
                }
            }
            if (stale.getPartitionsCount() > 0) {
                reply.addStale(stale);
            }
            if (unknown.getPartitionsCount() > 0) {
                reply.addUnknown(unknown);
            }
            if (overtaken.getPartitionsCount() > 0) {
                reply.addOvertaken(overtaken);
            }
        }
        return accepted;
    }

    /** Rule G3: the partition was the member's own in that epoch, and still is. */
    private boolean mayCommit(TopicPartition partition) {
        if (member.isEmpty()) {
            return true;
        }
        var assigned = member.get().assignedEpoch(partition);
        return assigned.isPresent() && assigned.getAsInt() <= commit.getMemberEpoch();
    }

    /** Rule Q2: what was stored after all that was known when this was sent. */
    private Optional<CommittedOffset> later(TopicPartition partition) {
        var stored = image.group(commit.getGroupId()).flatMap(group -> group.offset(partition));
        if (commit.getAssumedIndex() != 0) {
            return stored.filter(it -> it.index() > commit.getAssumedIndex());
        }
        // What an earlier commit of the same command has stored is no later one, as far as the coordinator can tell.
        return commandIndex == 0
                ? Optional.empty()
                : stored.filter(it -> it.index() > commandIndex && it.index() != index);
    }

    /** Without the time, which a repetition that takes another way gets anew. */
    private static boolean isSame(CommittedOffset stored, GroupOffsetRecord offset) {
        return stored.offset() == offset.getOffset()
                && stored.leaderEpoch() == offset.getLeaderEpoch()
                && stored.metadata().equals(offset.getMetadata());
    }

    private CommittedOffset committed(GroupOffsetRecord record) {
        return new CommittedOffset(
                record.getOffset(),
                record.getLeaderEpoch(),
                record.getMetadata(),
                record.getCommittedAtMs() > 0 ? record.getCommittedAtMs() : timestampMs,
                index);
    }

    private GroupOffsetsRefs.Builder refs(GroupOffsetsRecord topic) {
        return GroupOffsetsRefs.newBuilder().setGroupId(commit.getGroupId()).setTopicId(topic.getTopicId());
    }
}
