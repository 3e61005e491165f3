package io.kontiki.client;

import java.time.Duration;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;

/** The consumer's part in its group. Belongs to the consumer's thread. */
final class Subscriber implements Fetcher.Turn {
    private final GroupConfig settings;

    Subscriber(
            GroupConfig settings,
            ConsumerConfig config,
            ClientConfig client,
            Fetcher fetcher,
            MetadataTracker tracker,
            Channels channels) {
        this.settings = settings;
    }

    void requireNoSubscription() {}

    void commitAutomatically() {}

    void subscribe(Subscription subscription, RebalanceListener listener) {
        throw new UnsupportedOperationException();
    }

    Set<String> topicNames() {
        return Set.of();
    }

    void unsubscribe(Duration timeout) {}

    String memberId() {
        return settings.memberId();
    }

    void commit(Map<TopicPartition, CommittedOffset> offsets) {
        throw new UnsupportedOperationException();
    }

    CompletableFuture<Void> commitAsync(Map<TopicPartition, CommittedOffset> offsets) {
        throw new UnsupportedOperationException();
    }

    Map<TopicPartition, CommittedOffset> committed(Set<TopicPartition> partitions) {
        throw new UnsupportedOperationException();
    }

    void close(Duration timeout) {}

    @Override
    public void take() {}

    @Override
    public boolean mayRead() {
        return true;
    }
}
