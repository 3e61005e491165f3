package io.kontiki.service;

import io.grpc.stub.ServerCallStreamObserver;
import io.kontiki.metadata.MetadataDelta;
import io.kontiki.metadata.MetadataImage;
import io.kontiki.metadata.TopicImage;
import io.kontiki.metadata.UuidBytes;
import io.kontiki.proto.v1.WatchMetadataResponse;
import java.util.HashSet;
import java.util.Set;
import java.util.TreeSet;
import java.util.UUID;

/**
 * One stream of metadata. While the client does not read, it keeps only the ids of what changed; when the client is ready
 * again, it sends those as the image then has them, so steps in between are left out. With too many of them it starts
 * over with the full state. Memory is bounded by that limit and by what the client was told. Not thread-safe: one thread
 * drives it.
 */
final class MetadataWatcher {
    /** Changed nouns to remember before the full state is the smaller answer. */
    static final int CHANGES_MAX = 4096;

    private final Set<String> topicNames;
    private final ServerCallStreamObserver<WatchMetadataResponse> stream;
    private final Set<Integer> changedBrokers = new TreeSet<>();
    private final Set<UUID> changedTopics = new TreeSet<>();
    /** Ids of the wanted names that the client was told of; not kept for a client that wants all. */
    private final Set<UUID> toldTopics = new HashSet<>();

    private boolean full = true;

    /** @param topicNames topics wanted; none means all */
    MetadataWatcher(Set<String> topicNames, ServerCallStreamObserver<WatchMetadataResponse> stream) {
        this.topicNames = topicNames;
        this.stream = stream;
    }

    /** Something changed; {@link #send} tells it. */
    void onMetadata(MetadataDelta delta) {
        if (full) {
            return;
        }
        changedBrokers.addAll(delta.changedBrokers());
        changedBrokers.addAll(delta.removedBrokers());
        changedTopics.addAll(delta.changedTopics());
        changedTopics.addAll(delta.removedTopics());
        if (changedBrokers.size() + changedTopics.size() > CHANGES_MAX) {
            full = true;
        }
    }

    /** Sends what is due, if the client takes it now. */
    void send(MetadataImage image) {
        if (image.clusterId().isEmpty() || stream.isCancelled() || !stream.isReady()) {
            return;
        }
        var message = full ? fullState(image) : changes(image);
        full = false;
        changedBrokers.clear();
        changedTopics.clear();
        if (message.getFull() || holdsChange(message)) {
            stream.onNext(message.build());
        }
    }

    /** Says that nothing changed, if the client takes it now and was told the state before. */
    void beat(MetadataImage image) {
        send(image);
        if (!full && !stream.isCancelled() && stream.isReady()) {
            stream.onNext(message(image).build());
        }
    }

    private WatchMetadataResponse.Builder fullState(MetadataImage image) {
        var message = message(image).setFull(true);
        image.brokers().values().forEach(broker -> message.addBrokers(MetadataMessages.broker(broker)));
        toldTopics.clear();
        if (topicNames.isEmpty()) {
            image.topics().all().forEach(topic -> add(topic, message));
        } else {
            topicNames.stream().sorted().forEach(name -> image.topic(name).ifPresent(topic -> add(topic, message)));
        }
        return message;
    }

    private WatchMetadataResponse.Builder changes(MetadataImage image) {
        var message = message(image);
        for (int id : changedBrokers) {
            image.broker(id)
                    .ifPresentOrElse(
                            broker -> message.addBrokers(MetadataMessages.broker(broker)),
                            () -> message.addRemovedBrokers(id));
        }
        for (var id : changedTopics) {
            var topic = image.topic(id);
            if (topic.isPresent() && wants(topic.get())) {
                add(topic.get(), message);
            } else if (topic.isEmpty() && (topicNames.isEmpty() || toldTopics.remove(id))) {
                message.addRemovedTopics(UuidBytes.toBytes(id));
            }
        }
        return message;
    }

    private boolean wants(TopicImage topic) {
        return topicNames.isEmpty() || topicNames.contains(topic.name());
    }

    private void add(TopicImage topic, WatchMetadataResponse.Builder message) {
        if (!topicNames.isEmpty()) {
            toldTopics.add(topic.id());
        }
        message.addTopics(MetadataMessages.topic(topic));
    }

    private static WatchMetadataResponse.Builder message(MetadataImage image) {
        return WatchMetadataResponse.newBuilder()
                .setClusterId(image.clusterId())
                .setVersion(image.position().index());
    }

    private static boolean holdsChange(WatchMetadataResponse.Builder message) {
        return message.getBrokersCount() > 0
                || message.getRemovedBrokersCount() > 0
                || message.getTopicsCount() > 0
                || message.getRemovedTopicsCount() > 0;
    }
}
