package io.kontiki.client;

import java.util.Map;
import java.util.SplittableRandom;

/** Look-ups of offsets for those who have no watch on the metadata: it is opened when first needed. Thread-safe. */
final class LeaderOffsets implements AutoCloseable {
    private final ClientConfig client;
    private final Channels channels;
    private MetadataTracker tracker;
    private OffsetLookup lookup;

    LeaderOffsets(ClientConfig client, Channels channels) {
        this.client = client;
        this.channels = channels;
    }

    /** See {@link Admin#listOffsets}. */
    Map<TopicPartition, OffsetInfo> find(Map<TopicPartition, Position> positions) {
        return lookup().find(positions);
    }

    private synchronized OffsetLookup lookup() {
        if (lookup == null) {
            tracker = new MetadataTracker(client.bootstrapServers(), channels, new SplittableRandom());
            lookup = new OffsetLookup(tracker, new TopicDirectory(tracker, client.requestTimeout()), channels, client);
            tracker.start();
        }
        return lookup;
    }

    @Override
    public synchronized void close() {
        if (tracker != null) {
            tracker.close();
        }
    }
}
