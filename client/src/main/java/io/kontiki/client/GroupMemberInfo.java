package io.kontiki.client;

import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * A member of a consumer group.
 *
 * @param memberId its id
 * @param instanceId its name, if it is a static member
 * @param clientId name of its client, for people
 * @param clientHost address that it came from
 * @param topics names that it subscribes to
 * @param topicPattern pattern that it subscribes to, if it does
 * @param memberEpoch epoch of the assignment that it confirmed
 * @param owned what it owns, those that it has yet to let go of too
 * @param target what it is meant to own
 * @param sessionTimeout silent for longer, it is fenced
 */
public record GroupMemberInfo(
        String memberId,
        Optional<String> instanceId,
        String clientId,
        String clientHost,
        List<String> topics,
        Optional<String> topicPattern,
        int memberEpoch,
        Set<TopicPartition> owned,
        Set<TopicPartition> target,
        Duration sessionTimeout) {}
