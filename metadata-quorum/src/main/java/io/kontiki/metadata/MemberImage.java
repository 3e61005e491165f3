package io.kontiki.metadata;

import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.UUID;
import org.pcollections.PSortedMap;
import org.pcollections.PSortedSet;
import org.pcollections.TreePMap;
import org.pcollections.TreePSet;

/**
 * A member of a consumer group (rules G1 to G4). No partition is in the {@code owned} or {@code revoking} of two members.
 *
 * @param id drawn by the member when it joined
 * @param instanceId name that outlives the process, if it has one; no other member of the group has the same
 * @param clientId for people
 * @param clientHost the address that it came from
 * @param topics names that it subscribes to; they need not exist
 * @param topicPattern regular expression for whole topic names that it subscribes to
 * @param sessionTimeoutMs silent for longer, it is fenced
 * @param rebalanceTimeoutMs how long it may take to let go of partitions
 * @param epoch the assignment epoch that it confirmed; 0 before the first
 * @param owned what it may read and commit, and the epoch of the member at which it came to it
 * @param revoking what it has to let go of and may own still, likewise
 * @param target what it is meant to own as of the group's assignment epoch; some of it may be with others still
 */
public record MemberImage(
        String id,
        Optional<String> instanceId,
        String clientId,
        String clientHost,
        PSortedSet<String> topics,
        Optional<String> topicPattern,
        int sessionTimeoutMs,
        int rebalanceTimeoutMs,
        int epoch,
        PSortedMap<TopicPartition, Integer> owned,
        PSortedMap<TopicPartition, Integer> revoking,
        PSortedSet<TopicPartition> target) {
    public MemberImage {
        Objects.requireNonNull(id);
        Objects.requireNonNull(instanceId);
        Objects.requireNonNull(clientId);
        Objects.requireNonNull(clientHost);
        Objects.requireNonNull(topics);
        Objects.requireNonNull(topicPattern);
        Objects.requireNonNull(owned);
        Objects.requireNonNull(revoking);
        Objects.requireNonNull(target);
    }

    /** One that has just joined, and owns nothing. */
    public static MemberImage joined(
            String id,
            Optional<String> instanceId,
            String clientId,
            String clientHost,
            PSortedSet<String> topics,
            Optional<String> topicPattern,
            int sessionTimeoutMs,
            int rebalanceTimeoutMs) {
        return new MemberImage(
                id,
                instanceId,
                clientId,
                clientHost,
                topics,
                topicPattern,
                sessionTimeoutMs,
                rebalanceTimeoutMs,
                0,
                TreePMap.empty(),
                TreePMap.empty(),
                TreePSet.empty());
    }

    /** The epoch at which the partition came to the member, if it owns it or is letting go of it (rule G3). */
    public OptionalInt assignedEpoch(TopicPartition partition) {
        var epoch = owned.get(partition);
        if (epoch == null) {
            epoch = revoking.get(partition);
        }
        return epoch == null ? OptionalInt.empty() : OptionalInt.of(epoch);
    }

    /** Whether it owns the partition, or may own it still. */
    public boolean holds(TopicPartition partition) {
        return owned.containsKey(partition) || revoking.containsKey(partition);
    }

    /** Whether both subscribe to the same topics. */
    public boolean subscribesLike(MemberImage other) {
        return topics.equals(other.topics) && topicPattern.equals(other.topicPattern);
    }

    public MemberImage withSubscription(PSortedSet<String> newTopics, Optional<String> newPattern) {
        return new MemberImage(
                id,
                instanceId,
                clientId,
                clientHost,
                newTopics,
                newPattern,
                sessionTimeoutMs,
                rebalanceTimeoutMs,
                epoch,
                owned,
                revoking,
                target);
    }

    public MemberImage withTarget(PSortedSet<TopicPartition> value) {
        return with(epoch, owned, revoking, value);
    }

    /** The same member further on in its reconciliation. */
    public MemberImage with(
            int newEpoch,
            PSortedMap<TopicPartition, Integer> newOwned,
            PSortedMap<TopicPartition, Integer> newRevoking) {
        return with(newEpoch, newOwned, newRevoking, target);
    }

    /** The same member without any partition of that topic; this one if it has none. */
    public MemberImage withoutTopic(UUID topicId) {
        if (!names(owned.keySet(), topicId) && !names(revoking.keySet(), topicId) && !names(target, topicId)) {
            return this;
        }
        return with(
                epoch,
                owned.minusAll(partitions(owned.keySet(), topicId)),
                revoking.minusAll(partitions(revoking.keySet(), topicId)),
                target.minusAll(partitions(target, topicId)));
    }

    private static boolean names(PSortedSet<TopicPartition> partitions, UUID topicId) {
        var first = partitions.ceiling(new TopicPartition(topicId, 0));
        return first != null && first.topicId().equals(topicId);
    }

    private static List<TopicPartition> partitions(PSortedSet<TopicPartition> partitions, UUID topicId) {
        return partitions.stream()
                .filter(partition -> partition.topicId().equals(topicId))
                .toList();
    }

    private MemberImage with(
            int newEpoch,
            PSortedMap<TopicPartition, Integer> newOwned,
            PSortedMap<TopicPartition, Integer> newRevoking,
            PSortedSet<TopicPartition> newTarget) {
        return new MemberImage(
                id,
                instanceId,
                clientId,
                clientHost,
                topics,
                topicPattern,
                sessionTimeoutMs,
                rebalanceTimeoutMs,
                newEpoch,
                newOwned,
                newRevoking,
                newTarget);
    }
}
