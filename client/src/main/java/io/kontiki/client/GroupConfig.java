package io.kontiki.client;

import java.time.Duration;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * What {@link Consumer.Builder} collected about the group.
 *
 * @param sessionTimeoutMillis empty for the brokers' default
 * @param rebalanceTimeoutMillis empty for the brokers' default
 * @param rejoins whether a member that was fenced joins again
 */
record GroupConfig(
        String groupId,
        String memberId,
        Optional<String> instanceId,
        Optional<Assignor> assignor,
        OptionalInt sessionTimeoutMillis,
        OptionalInt rebalanceTimeoutMillis,
        boolean autoCommit,
        Duration autoCommitInterval,
        String clientId,
        boolean rejoins) {}
