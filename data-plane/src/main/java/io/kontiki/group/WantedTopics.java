package io.kontiki.group;

import io.kontiki.proto.v1.Subscription;
import java.util.Optional;
import org.pcollections.PSortedSet;
import org.pcollections.TreePSet;

/**
 * What a member subscribes to.
 *
 * @param topics names; they need not exist
 * @param topicPattern for whole names
 */
record WantedTopics(PSortedSet<String> topics, Optional<String> topicPattern) {
    static WantedTopics of(Subscription subscription) {
        var pattern = subscription.getTopicPattern();
        return new WantedTopics(
                TreePSet.from(subscription.getTopicsList()),
                pattern.isEmpty() ? Optional.empty() : Optional.of(pattern));
    }
}
