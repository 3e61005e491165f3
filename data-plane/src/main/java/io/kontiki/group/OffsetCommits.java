package io.kontiki.group;

import io.kontiki.metadata.CommittedOffset;
import io.kontiki.metadata.GroupCodec;
import io.kontiki.metadata.MetadataImage;
import io.kontiki.metadata.TopicPartition;
import io.kontiki.metadata.UuidBytes;
import io.kontiki.proto.internal.v1.Command;
import io.kontiki.proto.internal.v1.CommandReply;
import io.kontiki.proto.internal.v1.CommitGroupOffsets;
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
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.UUID;

/**
 * Commits of all groups of this broker on their way to the quorum. While one command is under way the next one gathers, so
 * that a commit waits for nothing but the one before, and many share one entry of the log. Whether each holds is judged
 * where it is applied (rules C1 and G3). Answered once this broker's image has them, or a fetch that follows could miss them.
 */
final class OffsetCommits {
    /** Of the commits of one command. The quorum takes 1 MiB at most, with all that is around them. */
    static final int COMMAND_BYTES_MAX = (1 << 20) - 256;

    /** Of all that wait. */
    static final int WAITING_BYTES_MAX = 32 << 20;

    /**
     * A call that waits.
     *
     * @param results as far as they are known already; unset ones are stored if the quorum does not object
     * @param places of each partition in the results
     */
    private record Call(
            long id, GroupCommit commit, CommitOffsetsResponse.Builder results, Map<TopicPartition, Integer> places) {
        /** With room for its tag and length. */
        int bytes() {
            return commit.getSerializedSize() + 8;
        }
    }

    private record Stored(long index, List<Call> calls, List<GroupCommitReply> replies) {}

    private final Outbox outbox;
    private final Deque<Call> waiting = new ArrayDeque<>();
    private final Deque<Stored> stored = new ArrayDeque<>();
    private long waitingBytes;
    private boolean underWay;
    // All commits up to here are known: a command that names it and comes late is told from one that goes back on
    // purpose. For commits whose committer does not tell what it knew.
    private long knownIndex;

    OffsetCommits(Outbox outbox) {
        this.outbox = outbox;
    }

    void commit(long callId, CommitOffsetsRequest request, int slotEpoch, MetadataImage image, Moment now) {
        knownIndex = Math.max(knownIndex, image.position().index());
        var call = toCall(callId, request, slotEpoch, image, now);
        if (call.bytes() > COMMAND_BYTES_MAX) {
            outbox.refuse(
                    callId,
                    ErrorReason.ERROR_REASON_INVALID_ARGUMENT,
                    "offsets have " + call.bytes() + " bytes in all, at most " + COMMAND_BYTES_MAX + " are allowed");
        } else if (waitingBytes + call.bytes() > WAITING_BYTES_MAX) {
            outbox.refuse(
                    callId,
                    ErrorReason.ERROR_REASON_OVERLOADED,
                    waitingBytes + " bytes of commits are waiting, at most " + WAITING_BYTES_MAX + " are allowed");
        } else {
            waiting.add(call);
            waitingBytes += call.bytes();
            propose();
        }
    }

    /** Answers what the image has by now. */
    void onImage(MetadataImage image) {
        knownIndex = Math.max(knownIndex, image.position().index());
        while (!stored.isEmpty() && stored.element().index() <= image.position().index()) {
            var done = stored.remove();
            for (int i = 0; i < done.calls().size(); i++) {
                answer(
                        done.calls().get(i),
                        done.replies().get(i),
                        image.position().index());
            }
        }
    }

    private void propose() {
        if (underWay || waiting.isEmpty()) {
            return;
        }
        var command = CommitGroupOffsets.newBuilder().setAssumedIndex(knownIndex);
        var calls = new ArrayList<Call>();
        int bytes = 0;
        while (!waiting.isEmpty() && bytes + waiting.element().bytes() <= COMMAND_BYTES_MAX) {
            var call = waiting.remove();
            bytes += call.bytes();
            calls.add(call);
            command.addCommits(call.commit());
        }
        waitingBytes -= bytes;
        underWay = true;
        outbox.propose(
                Command.newBuilder().setCommitGroupOffsets(command),
                (reply, index, now) -> onOutcome(calls, reply, index));
    }

    private void onOutcome(List<Call> calls, CommandReply reply, long index) {
        underWay = false;
        knownIndex = Math.max(knownIndex, index);
        var replies = reply.getCommitGroupOffsets().getCommitsList();
        if (reply.getReason() != ErrorReason.ERROR_REASON_UNSPECIFIED) {
            calls.forEach(call -> outbox.refuse(call.id(), new Refusal(reply.getReason(), reply.getMessage())));
        } else if (replies.size() != calls.size()) {
            calls.forEach(call -> outbox.refuse(
                    call.id(),
                    ErrorReason.ERROR_REASON_INTERNAL,
                    calls.size() + " commits got " + replies.size() + " answers"));
        } else {
            stored.add(new Stored(index, calls, replies));
        }
        propose();
    }

    private void answer(Call call, GroupCommitReply reply, long index) {
        if (reply.getReason() != ErrorReason.ERROR_REASON_UNSPECIFIED) {
            outbox.refuse(call.id(), new Refusal(reply.getReason(), reply.getMessage()));
            return;
        }
        reply.getStaleList()
                .forEach(refs -> fail(
                        call,
                        refs,
                        ErrorReason.ERROR_REASON_STALE_MEMBER_EPOCH,
                        "the member did not own the partition in epoch "
                                + call.commit().getMemberEpoch()));
        reply.getUnknownList()
                .forEach(refs -> fail(
                        call, refs, ErrorReason.ERROR_REASON_PARTITION_NOT_FOUND, "the partition is no longer there"));
        reply.getOvertakenList()
                .forEach(refs -> fail(
                        call,
                        refs,
                        ErrorReason.ERROR_REASON_CONCURRENT_CHANGE,
                        "the partition was committed after this commit was begun"));
        outbox.reply(call.id(), call.results().setIndex(index).build());
    }

    private static void fail(Call call, GroupOffsetsRefs refs, ErrorReason reason, String message) {
        var topicId = UuidBytes.fromBytes(refs.getTopicId());
        for (int number : refs.getPartitionsList()) {
            var place = call.places().get(new TopicPartition(topicId, number));
            if (place != null) {
                call.results().getResultsBuilder(place).setError(error(reason, message));
            }
        }
    }

    private static Call toCall(
            long callId, CommitOffsetsRequest request, int slotEpoch, MetadataImage image, Moment now) {
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
        return new Call(callId, commit.build(), results, places);
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
