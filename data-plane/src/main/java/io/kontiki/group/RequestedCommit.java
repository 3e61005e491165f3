package io.kontiki.group;

import io.kontiki.metadata.CommittedOffset;
import io.kontiki.metadata.GroupCodec;
import io.kontiki.metadata.MetadataImage;
import io.kontiki.metadata.TopicPartition;
import io.kontiki.metadata.UuidBytes;
import io.kontiki.proto.internal.v1.GroupCommit;
import io.kontiki.proto.internal.v1.GroupCommitReply;
import io.kontiki.proto.internal.v1.GroupOffsetsRecord;
import io.kontiki.proto.internal.v1.GroupOffsetsRefs;
import io.kontiki.proto.v1.CommitOffsetsRequest;
import io.kontiki.proto.v1.CommitOffsetsResponse;
import io.kontiki.proto.v1.CommitResult;
import io.kontiki.proto.v1.ErrorReason;
import io.kontiki.proto.v1.OffsetToCommit;
import io.kontiki.proto.v1.PartitionError;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.UUID;

/**
 * A commit as somebody asked for it by names, as the quorum takes it by ids, and its answer by names again.
 *
 * @param results as far as they are known already; unset ones are stored if the quorum does not object
 * @param places of each partition in the results
 */
record RequestedCommit(GroupCommit commit, CommitOffsetsResponse.Builder results, Map<TopicPartition, Integer> places) {
    static RequestedCommit of(CommitOffsetsRequest request, int slotEpoch, MetadataImage image, Moment now) {
        var results = CommitOffsetsResponse.newBuilder();
        var places = new HashMap<TopicPartition, Integer>();
        var topics = new TreeMap<UUID, GroupOffsetsRecord.Builder>();
        for (var offset : request.getOffsetsList()) {
            var result = CommitResult.newBuilder().setTopic(offset.getTopic()).setPartition(offset.getPartition());
            var topic = image.topic(offset.getTopic());
            if (topic.isEmpty()) {
                result.setError(error(
                        ErrorReason.ERROR_REASON_TOPIC_NOT_FOUND, "there is no topic \"" + offset.getTopic() + "\""));
            } else {
                var id = topic.get().id();
                places.put(new TopicPartition(id, offset.getPartition()), results.getResultsCount());
                topics.computeIfAbsent(
                                id, key -> GroupOffsetsRecord.newBuilder().setTopicId(UuidBytes.toBytes(id)))
                        .addOffsets(GroupCodec.toRecord(offset.getPartition(), toCommitted(offset, now)));
            }
            results.addResults(result);
        }
        var commit = GroupCommit.newBuilder()
                .setGroupId(request.getGroupId())
                .setSlotEpoch(slotEpoch)
                .setMemberId(request.getMemberId())
                .setMemberEpoch(request.getMemberEpoch())
                .setAssumedIndex(request.getKnownIndex());
        topics.values().forEach(commit::addOffsets);
        return new RequestedCommit(commit.build(), results, places);
    }

    /** To be asked for once. */
    CommitOffsetsResponse answer(GroupCommitReply reply, MetadataImage image) {
        fail(
                reply.getStaleList(),
                ErrorReason.ERROR_REASON_STALE_MEMBER_EPOCH,
                "the member did not own the partition in epoch " + commit.getMemberEpoch());
        fail(reply.getUnknownList(), ErrorReason.ERROR_REASON_PARTITION_NOT_FOUND, "the partition is no longer there");
        fail(
                reply.getOvertakenList(),
                ErrorReason.ERROR_REASON_CONCURRENT_CHANGE,
                "the partition was committed after this commit was begun");
        return results.setIndex(image.position().index()).build();
    }

    private void fail(List<GroupOffsetsRefs> partitions, ErrorReason reason, String message) {
        for (var refs : partitions) {
            var topicId = UuidBytes.fromBytes(refs.getTopicId());
            for (int number : refs.getPartitionsList()) {
                var place = places.get(new TopicPartition(topicId, number));
                if (place != null) {
                    results.getResultsBuilder(place).setError(error(reason, message));
                }
            }
        }
    }

    private static CommittedOffset toCommitted(OffsetToCommit offset, Moment now) {
        return new CommittedOffset(
                offset.getOffset(),
                offset.hasLeaderEpoch() ? offset.getLeaderEpoch() : CommittedOffset.NO_LEADER_EPOCH,
                offset.getMetadata(),
                now.epochMillis());
    }

    private static PartitionError error(ErrorReason reason, String message) {
        return PartitionError.newBuilder().setReason(reason).setMessage(message).build();
    }
}
