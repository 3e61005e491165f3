package io.kontiki.client;

import java.time.Duration;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;

/**
 * Finds topics by name and waits a little for those not known yet: a topic just created may not have reached the watched
 * broker. Thread-safe; calls block.
 */
final class TopicDirectory {
    private static final long GRACE_NANOS = TimeUnit.SECONDS.toNanos(1);
    private static final long MIN_PAUSE_NANOS = TimeUnit.MILLISECONDS.toNanos(10);
    private static final long LOOK_NANOS = TimeUnit.SECONDS.toNanos(1);
    private static final int MAX_REMEMBERED = 1000;

    private final MetadataTracker tracker;
    private final long answerNanos;
    /** Topics found missing, with the metadata version at that time: asked again, they fail without another wait. */
    private final Map<TopicPartition, Long> missing = new ConcurrentHashMap<>();

    /** @param answerTime how long a broker that is connected may take for its first answer */
    TopicDirectory(MetadataTracker tracker, Duration answerTime) {
        this.tracker = tracker;
        this.answerNanos = answerTime.toNanos();
        tracker.onChange(this::wake);
    }

    private synchronized void wake() {
        notifyAll();
    }

    /**
     * The topic, with more partitions than {@code partition}.
     *
     * @param deadlineNanos of {@link System#nanoTime}
     * @throws KontikiException TOPIC_NOT_FOUND, PARTITION_NOT_FOUND, NO_BROKER, TIMED_OUT or INTERRUPTED
     */
    TopicInfo await(TopicPartition wanted, long deadlineNanos) {
        var known = lookUp(wanted);
        return known != null ? known : awaitUnknown(wanted, deadlineNanos);
    }

    private TopicInfo lookUp(TopicPartition wanted) {
        var topic = tracker.current().topics().get(wanted.topic());
        return topic != null && wanted.partition() < topic.partitions().size() ? topic : null;
    }

    private synchronized TopicInfo awaitUnknown(TopicPartition wanted, long deadlineNanos) {
        long giveUpNanos = deadlineNanos;
        long answerEndNanos = System.nanoTime() + answerNanos;
        boolean listening = false;
        while (true) {
            var topic = lookUp(wanted);
            if (topic != null) {
                missing.remove(wanted);
                return topic;
            }
            var metadata = tracker.current();
            long now = System.nanoTime();
            if (metadata.isKnown()) {
                if (!listening) {
                    listening = true;
                    giveUpNanos = Math.min(deadlineNanos - now, GRACE_NANOS) + now;
                }
                if (giveUpNanos - now <= 0 || Long.valueOf(metadata.version()).equals(missing.get(wanted))) {
                    remember(wanted, metadata.version());
                    throw notFound(wanted, metadata);
                }
            } else if (giveUpNanos - now <= 0 && !(tracker.isConnected() && answerEndNanos - now > 0)) {
                // Nobody there is one thing; somebody who is slow, as machines under load are, is another.
                throw tracker.isConnected() ? notHeardYet() : tracker.noBroker();
            }
            pause(Math.min(Math.max(giveUpNanos - now, MIN_PAUSE_NANOS), LOOK_NANOS));
        }
    }

    private static KontikiException notHeardYet() {
        return new KontikiException(
                ErrorReason.TIMED_OUT, "a broker is connected, but it has not told the cluster's metadata yet");
    }

    private void pause(long nanos) {
        try {
            TimeUnit.NANOSECONDS.timedWait(this, nanos);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new KontikiException(ErrorReason.INTERRUPTED, "interrupted while waiting for metadata", e);
        }
    }

    private void remember(TopicPartition wanted, long version) {
        if (missing.size() >= MAX_REMEMBERED) {
            missing.clear();
        }
        missing.put(wanted, version);
    }

    private static KontikiException notFound(TopicPartition wanted, ClusterMetadata metadata) {
        return metadata.topic(wanted.topic())
                .map(topic -> new KontikiException(
                        ErrorReason.PARTITION_NOT_FOUND,
                        "topic " + wanted.topic() + " has no partition " + wanted.partition() + ", only 0 to "
                                + (topic.partitions().size() - 1)))
                .orElseGet(() -> new KontikiException(
                        ErrorReason.TOPIC_NOT_FOUND,
                        "topic " + wanted.topic() + " does not exist in cluster " + metadata.clusterId()));
    }
}
