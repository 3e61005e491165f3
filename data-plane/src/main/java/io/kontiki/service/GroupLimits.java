package io.kontiki.service;

import io.kontiki.metadata.Excerpt;
import io.kontiki.proto.v1.Assignor;
import io.kontiki.proto.v1.CommitOffsetsRequest;
import io.kontiki.proto.v1.DeleteGroupRequest;
import io.kontiki.proto.v1.DeleteOffsetsRequest;
import io.kontiki.proto.v1.ErrorReason;
import io.kontiki.proto.v1.FetchOffsetsRequest;
import io.kontiki.proto.v1.JoinGroup;
import io.kontiki.proto.v1.JoinRequest;
import io.kontiki.proto.v1.ListGroupsRequest;
import io.kontiki.proto.v1.OffsetToCommit;
import io.kontiki.proto.v1.OwnedPartitions;
import io.kontiki.proto.v1.RemoveMemberRequest;
import io.kontiki.proto.v1.Subscription;
import io.kontiki.proto.v1.TopicPartitions;
import java.nio.charset.StandardCharsets;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * What the fields of a call about groups may hold. Each method throws the refusal as a gRPC status, with the field, its
 * value and its limit. What depends on the group is judged by its coordinator.
 */
final class GroupLimits {
    static final int GROUPS_PER_PAGE_MAX = 1000;

    private static final int GROUP_ID_CHARS_MAX = 249;
    private static final int MEMBER_ID_CHARS_MAX = 128;
    private static final int CLIENT_ID_BYTES_MAX = 249;
    private static final int TOPICS_MAX = 1000;
    private static final int PATTERN_BYTES_MAX = 1000;
    private static final int PARTITIONS_MAX = 10_000;
    private static final int METADATA_BYTES_MAX = 4096;
    private static final int TIMEOUT_MILLIS_MIN = 1000;
    private static final int SESSION_MILLIS_MAX = 1_800_000;
    private static final int REBALANCE_MILLIS_MAX = 3_600_000;

    private GroupLimits() {}

    static void groupId(String id) {
        name("group_id", id, GROUP_ID_CHARS_MAX);
    }

    static void join(JoinGroup join) {
        groupId(join.getGroupId());
        name("member_id", join.getMemberId(), MEMBER_ID_CHARS_MAX);
        if (!join.getInstanceId().isEmpty()) {
            name("instance_id", join.getInstanceId(), MEMBER_ID_CHARS_MAX);
        }
        atLeast("member_epoch", join.getMemberEpoch(), 0);
        bytes("client_id", join.getClientId(), CLIENT_ID_BYTES_MAX);
        partitions("owned", join.getOwnedList());
        if (!join.hasSubscription()) {
            throw invalid("subscription", "subscription is missing: it says what the member wants to read");
        }
        subscription(join.getSubscription());
        timeout("session_timeout_ms", join.getSessionTimeoutMs(), SESSION_MILLIS_MAX);
        timeout("rebalance_timeout_ms", join.getRebalanceTimeoutMs(), REBALANCE_MILLIS_MAX);
        if (join.getAssignor() == Assignor.UNRECOGNIZED) {
            throw invalid("assignor", "assignor is " + join.getAssignorValue() + ", which this broker does not know");
        }
    }

    private static void subscription(Subscription subscription) {
        atMost("topics", subscription.getTopicsCount(), TOPICS_MAX);
        subscription.getTopicsList().forEach(RequestLimits::topicName);
        bytes("topic_pattern", subscription.getTopicPattern(), PATTERN_BYTES_MAX);
    }

    /** Of the messages behind the first one. */
    static void request(JoinRequest request) {
        switch (request.getRequestCase()) {
            case HEARTBEAT, LEAVE -> {}
            case OWNED -> owned(request.getOwned());
            case SUBSCRIPTION -> subscription(request.getSubscription());
            case JOIN -> throw invalid("request", "join must be the first message of a member, and the only one");
            case REQUEST_NOT_SET ->
                throw invalid("request", "a message of a member is empty, or of a kind that this broker does not know");
        }
    }

    private static void owned(OwnedPartitions owned) {
        atLeast("member_epoch", owned.getMemberEpoch(), 0);
        partitions("partitions", owned.getPartitionsList());
    }

    static void commit(CommitOffsetsRequest request) {
        groupId(request.getGroupId());
        member(request.getMemberId(), request.getMemberEpoch());
        atLeast("known_index", request.getKnownIndex(), 0);
        atMost("offsets", request.getOffsetsCount(), PARTITIONS_MAX);
        Map<String, Set<Integer>> seen = new TreeMap<>();
        for (int i = 0; i < request.getOffsetsCount(); i++) {
            offset("offsets[" + i + "]", request.getOffsets(i), seen);
        }
    }

    private static void offset(String field, OffsetToCommit offset, Map<String, Set<Integer>> seen) {
        RequestLimits.topicName(offset.getTopic());
        atLeast(field + ".partition", offset.getPartition(), 0);
        atLeast(field + ".offset", offset.getOffset(), 0);
        if (offset.hasLeaderEpoch()) {
            atLeast(field + ".leader_epoch", offset.getLeaderEpoch(), 0);
        }
        bytes(field + ".metadata", offset.getMetadata(), METADATA_BYTES_MAX);
        once(field, offset.getTopic(), offset.getPartition(), seen);
    }

    static void fetch(FetchOffsetsRequest request) {
        groupId(request.getGroupId());
        member(request.getMemberId(), request.getMemberEpoch());
        partitions("topics", request.getTopicsList());
    }

    static void list(ListGroupsRequest request) {
        if (!request.getAfter().isEmpty()) {
            name("after", request.getAfter(), GROUP_ID_CHARS_MAX);
        }
        int max = request.getMaxGroups();
        if (max < 0 || max > GROUPS_PER_PAGE_MAX) {
            throw invalid("max_groups", "max_groups is " + max + ", but must be 0 to " + GROUPS_PER_PAGE_MAX);
        }
    }

    static void deleteOffsets(DeleteOffsetsRequest request) {
        groupId(request.getGroupId());
        partitions("topics", request.getTopicsList());
        if (request.getTopicsCount() == 0) {
            throw invalid("topics", "topics is empty, but must name what is to be forgotten");
        }
        atLeast("known_index", request.getKnownIndex(), 0);
    }

    static void deleteGroup(DeleteGroupRequest request) {
        groupId(request.getGroupId());
        atLeast("known_index", request.getKnownIndex(), 0);
    }

    static void removeMember(RemoveMemberRequest request) {
        groupId(request.getGroupId());
        if (request.getMemberId().isEmpty() == request.getInstanceId().isEmpty()) {
            throw invalid("member_id", "either member_id or instance_id must be set, and not both");
        }
        if (request.getMemberId().isEmpty()) {
            name("instance_id", request.getInstanceId(), MEMBER_ID_CHARS_MAX);
        } else {
            name("member_id", request.getMemberId(), MEMBER_ID_CHARS_MAX);
        }
    }

    private static void member(String id, int epoch) {
        if (!id.isEmpty()) {
            name("member_id", id, MEMBER_ID_CHARS_MAX);
        }
        atLeast("member_epoch", epoch, 0);
    }

    private static void partitions(String field, List<TopicPartitions> topics) {
        long count = topics.stream()
                .mapToLong(topic -> Math.max(1, topic.getPartitionsCount()))
                .sum();
        if (count > PARTITIONS_MAX) {
            throw invalid(field, field + " has " + count + " partitions, at most " + PARTITIONS_MAX + " are allowed");
        }
        Map<String, Set<Integer>> seen = new TreeMap<>();
        Set<String> names = new HashSet<>();
        for (int i = 0; i < topics.size(); i++) {
            var topic = topics.get(i);
            var place = field + "[" + i + "]";
            RequestLimits.topicName(topic.getTopic());
            if (!names.add(topic.getTopic())) {
                throw invalid(place, place + " is topic \"" + Excerpt.of(topic.getTopic()) + "\" again");
            }
            for (int partition : topic.getPartitionsList()) {
                atLeast(place + ".partitions", partition, 0);
                once(place, topic.getTopic(), partition, seen);
            }
        }
    }

    private static void once(String field, String topic, int partition, Map<String, Set<Integer>> seen) {
        if (!seen.computeIfAbsent(topic, name -> new TreeSet<>()).add(partition)) {
            throw invalid(
                    field, field + " names partition " + partition + " of topic \"" + Excerpt.of(topic) + "\" again");
        }
    }

    private static void name(String field, String name, int charsMax) {
        if (name.isEmpty() || name.length() > charsMax || !name.chars().allMatch(GroupLimits::allowed)) {
            throw invalid(
                    field,
                    field + " \"" + Excerpt.of(name) + "\" has " + name.length() + " characters, but must have 1 to "
                            + charsMax + ", each of A-Z a-z 0-9 . _ -");
        }
    }

    private static boolean allowed(int character) {
        return character >= 'A' && character <= 'Z'
                || character >= 'a' && character <= 'z'
                || character >= '0' && character <= '9'
                || character == '.'
                || character == '_'
                || character == '-';
    }

    private static void timeout(String field, int millis, int max) {
        if (millis != 0 && (millis < TIMEOUT_MILLIS_MIN || millis > max)) {
            throw invalid(
                    field,
                    field + " is " + millis + ", but must be " + TIMEOUT_MILLIS_MIN + " to " + max
                            + ", or 0 for the broker's default");
        }
    }

    private static void bytes(String field, String text, int max) {
        int bytes = text.getBytes(StandardCharsets.UTF_8).length;
        if (bytes > max) {
            throw invalid(field, field + " has " + bytes + " bytes, at most " + max + " are allowed");
        }
    }

    private static void atLeast(String field, long value, long min) {
        if (value < min) {
            throw invalid(field, field + " is " + value + ", but must be " + min + " or above");
        }
    }

    private static void atMost(String field, int count, int max) {
        if (count > max) {
            throw invalid(field, field + " has " + count + " entries, at most " + max + " are allowed");
        }
    }

    private static RuntimeException invalid(String field, String message) {
        return RequestLimits.refused(ErrorReason.ERROR_REASON_INVALID_ARGUMENT, field, message);
    }
}
