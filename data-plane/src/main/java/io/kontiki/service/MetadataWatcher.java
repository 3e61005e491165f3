package io.kontiki.service;

import io.grpc.stub.ServerCallStreamObserver;
import io.kontiki.metadata.MetadataDelta;
import io.kontiki.metadata.MetadataImage;
import io.kontiki.metadata.TopicImage;
import io.kontiki.metadata.UuidBytes;
import io.kontiki.proto.v1.WatchMetadataResponse;
import java.util.Collection;
import java.util.HashSet;
import java.util.NavigableSet;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.UUID;

/**
 * One stream of metadata. While the client does not read, it keeps only the ids of what changed, and how far the full
 * state was told; when the client is ready again, it sends those as the image then has them, so steps in between are left
 * out. With too many of them it starts over with the full state. Memory is bounded by that limit and by what the client was
 * told. Not thread-safe: one thread drives it.
 */
final class MetadataWatcher {
    /** Changed nouns to remember before the full state is the smaller answer. */
    static final int CHANGES_MAX = 4096;
    /** A message must fit into the 4 MiB that clients take by default, with the topic that goes beyond this. */
    static final int MESSAGE_BYTES = 2 << 20;

    private final NavigableSet<String> topicNames;
    private final ServerCallStreamObserver<WatchMetadataResponse> stream;
    private final int messageBytes;
    private final Set<Integer> changedBrokers = new TreeSet<>();
    private final NavigableSet<UUID> changedTopics = new TreeSet<>();
    /** Ids of the wanted names that the client was told of; not kept for a client that wants all. */
    private final Set<UUID> toldTopics = new HashSet<>();

    private boolean full = true;
    /** While the full state is being told: the name of the last topic told. */
    private Optional<String> toldUpTo = Optional.empty();
    /** Whether the last message said that more comes. */
    private boolean saidMore;

    /**
     * @param topicNames topics wanted; none means all
     * @param messageBytes of topics in one message, after which the rest goes into the next one
     */
    MetadataWatcher(
            Collection<String> topicNames, ServerCallStreamObserver<WatchMetadataResponse> stream, int messageBytes) {
        this.topicNames = new TreeSet<>(topicNames);
        this.stream = stream;
        this.messageBytes = messageBytes;
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

    /** Sends what is due, as far as the client takes it now. */
    void send(MetadataImage image) {
        while (isDue() && !image.clusterId().isEmpty() && !stream.isCancelled() && stream.isReady()) {
            var message = message(image).setFull(full);
            if (full) {
                startOver(image);
            }
            addBrokers(image, message);
            int left = addRestOfState(image, message, messageBytes);
            addChanges(image, message, left);
            if (message.getFull() || saidMore || holdsChange(message)) {
                saidMore = isDue();
                stream.onNext(message.setMore(saidMore).build());
            }
        }
    }

    private boolean isDue() {
        return full || toldUpTo.isPresent() || !changedBrokers.isEmpty() || !changedTopics.isEmpty();
    }

    /** Says that nothing changed, if the client takes it now and was told the state before. */
    void beat(MetadataImage image) {
        send(image);
        if (!isDue() && !stream.isCancelled() && stream.isReady()) {
            stream.onNext(message(image).build());
        }
    }

    private void startOver(MetadataImage image) {
        full = false;
        changedBrokers.clear();
        changedBrokers.addAll(image.brokers().keySet());
        changedTopics.clear();
        toldTopics.clear();
        toldUpTo = Optional.of("");
    }

    private void addBrokers(MetadataImage image, WatchMetadataResponse.Builder message) {
        for (int id : changedBrokers) {
            image.broker(id)
                    .ifPresentOrElse(
                            broker -> message.addBrokers(MetadataMessages.broker(broker)),
                            () -> message.addRemovedBrokers(id));
        }
        changedBrokers.clear();
    }

    /** Gives how many bytes are left; none or less if there may be more topics. */
    private int addRestOfState(MetadataImage image, WatchMetadataResponse.Builder message, int bytes) {
        if (toldUpTo.isEmpty()) {
            return bytes;
        }
        int left = bytes;
        var told = toldUpTo.get();
        var names = topicNames.isEmpty()
                ? image.topics().byName().tailMap(told, false).keySet()
                : topicNames.tailSet(told, false);
        for (var name : names) {
            if (left <= 0) {
                return left;
            }
            left -= image.topic(name).map(topic -> add(topic, message)).orElse(0);
            toldUpTo = Optional.of(name);
        }
        toldUpTo = Optional.empty();
        return left;
    }

    private void addChanges(MetadataImage image, WatchMetadataResponse.Builder message, int bytes) {
        int left = bytes;
        while (left > 0 && !changedTopics.isEmpty()) {
            var id = changedTopics.pollFirst();
            var topic = image.topic(id);
            if (topic.isPresent() && wants(topic.get())) {
                left -= add(topic.get(), message);
            } else if (topic.isEmpty() && (topicNames.isEmpty() || toldTopics.remove(id))) {
                message.addRemovedTopics(UuidBytes.toBytes(id));
            }
        }
    }

    private boolean wants(TopicImage topic) {
        return topicNames.isEmpty() || topicNames.contains(topic.name());
    }

    /** Gives the size. */
    private int add(TopicImage topic, WatchMetadataResponse.Builder message) {
        if (!topicNames.isEmpty()) {
            toldTopics.add(topic.id());
        }
        var told = MetadataMessages.topic(topic);
        message.addTopics(told);
        return told.getSerializedSize();
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
