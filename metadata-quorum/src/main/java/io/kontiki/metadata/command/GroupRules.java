package io.kontiki.metadata.command;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.kontiki.metadata.Assignor;
import io.kontiki.metadata.Excerpt;
import io.kontiki.metadata.OffsetsSize;
import io.kontiki.metadata.UuidBytes;
import io.kontiki.proto.internal.v1.ChangeGroup;
import io.kontiki.proto.internal.v1.CommandReply;
import io.kontiki.proto.internal.v1.MemberPartitionRecord;
import io.kontiki.proto.internal.v1.MemberRecord;
import io.kontiki.proto.v1.ErrorReason;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/** What a group and a member may be. The coordinator checks it first, to answer early; apply checks it again, to be sure. */
public final class GroupRules {
    public static final int GROUP_ID_LENGTH_MAX = 249;
    /** Of a member id, and of an instance id. */
    public static final int MEMBER_ID_LENGTH_MAX = 128;

    public static final int CLIENT_ID_BYTES_MAX = 249;
    public static final int CLIENT_HOST_BYTES_MAX = 255;
    /** Names that one member subscribes to. */
    public static final int TOPICS_MAX = 1000;

    public static final int PATTERN_BYTES_MAX = 1000;
    public static final int SESSION_TIMEOUT_MS_MIN = 1000;
    public static final int SESSION_TIMEOUT_MS_MAX = 1_800_000;
    public static final int REBALANCE_TIMEOUT_MS_MIN = 1000;
    public static final int REBALANCE_TIMEOUT_MS_MAX = 3_600_000;
    public static final int MEMBERS_MAX = 10_000;
    /** Groups in a cluster: each is in the memory of every broker. */
    public static final int GROUPS_MAX = 100_000;

    /** Of one commit of one partition. */
    public static final int METADATA_BYTES_MAX = 4096;
    /** Of all that a group has committed. */
    public static final long GROUP_METADATA_BYTES_MAX = 1 << 20;
    /** Of all that is committed in a cluster: it is in the memory of every broker, as are the offsets. */
    public static final long CLUSTER_METADATA_BYTES_MAX = 16 << 20;

    /** Offsets that are committed in a cluster: partitions, for each group that has committed them. */
    public static final long OFFSETS_MAX = 1_000_000;

    private GroupRules() {}

    /** A refusal if the id is not allowed. */
    public static Optional<CommandReply> checkGroupId(String id) {
        return checkId("group_id", id, GROUP_ID_LENGTH_MAX);
    }

    /** A refusal if the member is not allowed, as far as it shows without its group. */
    public static Optional<CommandReply> checkMember(MemberRecord member) {
        return checkId("member_id", member.getId(), MEMBER_ID_LENGTH_MAX)
                .or(() -> member.getInstanceId().isEmpty()
                        ? Optional.empty()
                        : checkId("instance_id", member.getInstanceId(), MEMBER_ID_LENGTH_MAX))
                .or(() -> checkBytes("client_id", member.getClientId(), CLIENT_ID_BYTES_MAX))
                .or(() -> checkBytes("client_host", member.getClientHost(), CLIENT_HOST_BYTES_MAX))
                .or(() -> checkSubscription(member.getTopicsList(), member.getTopicPattern()))
                .or(() -> checkRange(
                        "session_timeout_ms",
                        member.getSessionTimeoutMs(),
                        SESSION_TIMEOUT_MS_MIN,
                        SESSION_TIMEOUT_MS_MAX))
                .or(() -> checkRange(
                        "rebalance_timeout_ms",
                        member.getRebalanceTimeoutMs(),
                        REBALANCE_TIMEOUT_MS_MIN,
                        REBALANCE_TIMEOUT_MS_MAX));
    }

    /** A refusal if nobody may subscribe to that. Whether the pattern is one is not looked at. */
    public static Optional<CommandReply> checkSubscription(List<String> topics, String pattern) {
        if (topics.size() > TOPICS_MAX) {
            return invalid("topics has " + topics.size() + " names, but at most " + TOPICS_MAX + " are allowed");
        }
        return topics.stream()
                .flatMap(name -> TopicRules.checkName(name).stream())
                .findFirst()
                .or(() -> checkBytes("topic_pattern", pattern, PATTERN_BYTES_MAX));
    }

    /** A refusal if a commit's metadata is too long. */
    public static Optional<CommandReply> checkMetadata(String metadata) {
        return checkBytes("metadata", metadata, METADATA_BYTES_MAX);
    }

    /**
     * A refusal if a commit makes more of the offsets than may be. One that makes less is never refused, so that a cluster
     * above a limit, as another version had it, gets below.
     */
    static Optional<CommandReply> checkOffsets(String groupId, OffsetsSize before, OffsetsSize after, OffsetsSize all) {
        var allAfter = all.minus(before).plus(after);
        if (after.count() > before.count() && allAfter.count() > OFFSETS_MAX) {
            return Optional.of(Replies.refusal(
                    ErrorReason.ERROR_REASON_OVERLOADED,
                    "the cluster would have " + allAfter.count() + " committed offsets, at most " + OFFSETS_MAX
                            + " are allowed"));
        }
        if (after.metadataBytes() <= before.metadataBytes()) {
            return Optional.empty();
        }
        if (after.metadataBytes() > GROUP_METADATA_BYTES_MAX) {
            return invalid("metadata of the offsets of group \"" + groupId + "\" would have " + after.metadataBytes()
                    + " bytes in all, at most " + GROUP_METADATA_BYTES_MAX + " are allowed");
        }
        return allAfter.metadataBytes() <= CLUSTER_METADATA_BYTES_MAX
                ? Optional.empty()
                : Optional.of(Replies.refusal(
                        ErrorReason.ERROR_REASON_OVERLOADED,
                        "metadata of all committed offsets of the cluster would have " + allAfter.metadataBytes()
                                + " bytes, at most " + CLUSTER_METADATA_BYTES_MAX + " are allowed"));
    }

    /** Refuses what cannot be read as a change of a group at all. */
    static Optional<CommandReply> check(ChangeGroup command) {
        var invalid = checkGroupId(command.getGroupId());
        if (invalid.isPresent()) {
            return invalid;
        }
        if (Assignor.of(command.getAssignor()).isEmpty()) {
            return invalid("assignor is " + command.getAssignor() + ", not 1 to " + Assignor.values().length);
        }
        var ids = new HashSet<String>();
        for (var member : command.getMembersList()) {
            invalid = checkMember(member).or(() -> checkPartitions(member));
            if (invalid.isPresent()) {
                return invalid;
            }
            if (!ids.add(member.getId())) {
                return invalid("members has \"" + member.getId() + "\" twice");
            }
        }
        return command.getRemovedMembersList().stream()
                .filter(id -> !ids.add(id))
                .findFirst()
                .flatMap(id -> invalid("removed_members has \"" + Excerpt.of(id) + "\", which is there twice"));
    }

    private static Optional<CommandReply> checkPartitions(MemberRecord member) {
        return Stream.of(member.getOwnedList(), member.getRevokingList(), member.getTargetList())
                .flatMap(List::stream)
                .map(MemberPartitionRecord::getTopicId)
                .filter(id -> !UuidBytes.isValid(id))
                .findFirst()
                .flatMap(id -> invalid("topic_id of member \"" + member.getId() + "\" has " + id.size()
                        + " bytes, but must have " + UuidBytes.LENGTH));
    }

    private static Optional<CommandReply> checkId(String field, String id, int lengthMax) {
        if (id.isEmpty() || id.length() > lengthMax) {
            return invalid(
                    field + " \"" + Excerpt.of(id) + "\" has " + id.length() + " characters, not 1 to " + lengthMax);
        }
        for (int i = 0; i < id.length(); i++) {
            if (!TopicRules.isLegal(id.charAt(i))) {
                return invalid(field + " \"" + Excerpt.of(id) + "\" has an illegal character at position " + i
                        + "; allowed are a-z, A-Z, 0-9, '.', '_' and '-'");
            }
        }
        return Optional.empty();
    }

    private static Optional<CommandReply> checkBytes(String field, String value, int max) {
        // A character has at least one byte, so that what is far too long is not encoded.
        int bytes = value.length() > max ? value.length() : value.getBytes(UTF_8).length;
        return bytes <= max
                ? Optional.empty()
                : invalid(field + " has " + bytes + " bytes, but at most " + max + " are allowed");
    }

    private static Optional<CommandReply> checkRange(String field, int value, int min, int max) {
        return value >= min && value <= max
                ? Optional.empty()
                : invalid(field + " is " + value + ", not " + min + " to " + max);
    }

    private static Optional<CommandReply> invalid(String message) {
        return Optional.of(Replies.refusal(ErrorReason.ERROR_REASON_INVALID_ARGUMENT, message));
    }
}
