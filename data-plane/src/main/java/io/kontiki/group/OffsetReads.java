package io.kontiki.group;

import io.kontiki.metadata.CommittedOffset;
import io.kontiki.metadata.GroupImage;
import io.kontiki.metadata.MemberImage;
import io.kontiki.metadata.MetadataImage;
import io.kontiki.metadata.TopicImage;
import io.kontiki.metadata.TopicPartition;
import io.kontiki.proto.v1.ErrorReason;
import io.kontiki.proto.v1.FetchOffsetsRequest;
import io.kontiki.proto.v1.FetchOffsetsResponse;
import io.kontiki.proto.v1.FetchedOffset;
import io.kontiki.proto.v1.PartitionError;
import io.kontiki.proto.v1.TopicPartitions;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Answers what a group has committed, from one image. That nothing was committed and that it cannot be told are different
 * answers (rule G8).
 *
 * <p>A member asks where it has to begin. So it is answered for partitions only that are its own in the image: what it was
 * told elsewhere may be newer than this image, and then so may be what the owner before it committed.
 */
final class OffsetReads {
    private final MetadataImage image;
    private final Optional<GroupImage> group;
    private final FetchOffsetsRequest request;
    private final Optional<MemberImage> member;
    private final FetchOffsetsResponse.Builder response = FetchOffsetsResponse.newBuilder();

    private OffsetReads(MetadataImage image, FetchOffsetsRequest request) {
        this.image = image;
        this.request = request;
        this.group = image.group(request.getGroupId());
        this.member = group.flatMap(found -> found.member(request.getMemberId()));
    }

    /** Why the call of a member fails as a whole; empty if it does not. */
    static Optional<Refusal> refusal(MetadataImage image, FetchOffsetsRequest request) {
        var member = new OffsetReads(image, request).member;
        if (member.isEmpty()) {
            return Optional.of(Refusal.unknownMember(request.getGroupId(), request.getMemberId()));
        }
        return member.get().epoch() < request.getMemberEpoch()
                ? Optional.of(Refusal.notCoordinator(request.getGroupId()))
                : Optional.empty();
    }

    /** To be asked for if there is no refusal. */
    static FetchOffsetsResponse answer(MetadataImage image, FetchOffsetsRequest request) {
        var reads = new OffsetReads(image, request);
        reads.asked().forEach(reads::add);
        return reads.response.setIndex(image.position().index()).build();
    }

    private List<TopicPartitions> asked() {
        if (request.getTopicsCount() > 0) {
            return request.getTopicsList();
        }
        var partitions = new ArrayList<TopicPartition>();
        group.ifPresent(found -> found.offsets()
                .byTopic()
                .forEach((id, topic) -> topic.keySet().forEach(it -> partitions.add(new TopicPartition(id, it)))));
        return MemberMessages.names(partitions, image);
    }

    private void add(TopicPartitions asked) {
        var topic = image.topic(asked.getTopic());
        if (topic.isEmpty()) {
            var text = "there is no topic \"" + asked.getTopic() + "\"";
            asked.getPartitionsList()
                    .forEach(number -> fail(asked, number, ErrorReason.ERROR_REASON_TOPIC_NOT_FOUND, text));
        } else if (asked.getPartitionsCount() == 0) {
            group.map(found -> found.offsets().ofTopic(topic.get().id()))
                    .ifPresent(offsets -> offsets.keySet().forEach(number -> add(asked, topic.get(), number)));
        } else {
            asked.getPartitionsList().forEach(number -> add(asked, topic.get(), number));
        }
    }

    private void add(TopicPartitions asked, TopicImage topic, int number) {
        var partition = new TopicPartition(topic.id(), number);
        if (topic.partition(number).isEmpty()) {
            fail(
                    asked,
                    number,
                    ErrorReason.ERROR_REASON_PARTITION_NOT_FOUND,
                    "topic \"" + topic.name() + "\" has " + topic.partitions().size() + " partitions");
        } else if (member.isPresent() && !member.get().holds(partition)) {
            fail(
                    asked,
                    number,
                    ErrorReason.ERROR_REASON_NOT_COORDINATOR,
                    "as far as this broker has heard, the partition is not the member's");
        } else {
            var entry = response.addOffsetsBuilder().setTopic(topic.name()).setPartition(number);
            group.flatMap(found -> found.offset(partition)).ifPresent(it -> entry.setCommitted(committed(it)));
        }
    }

    private void fail(TopicPartitions asked, int number, ErrorReason reason, String message) {
        response.addOffsets(FetchedOffset.newBuilder()
                .setTopic(asked.getTopic())
                .setPartition(number)
                .setError(PartitionError.newBuilder().setReason(reason).setMessage(message)));
    }

    private static io.kontiki.proto.v1.CommittedOffset committed(CommittedOffset offset) {
        var message = io.kontiki.proto.v1.CommittedOffset.newBuilder()
                .setOffset(offset.offset())
                .setMetadata(offset.metadata())
                .setCommittedAtMs(offset.committedAtMs());
        if (offset.leaderEpoch() != CommittedOffset.NO_LEADER_EPOCH) {
            message.setLeaderEpoch(offset.leaderEpoch());
        }
        return message.build();
    }
}
