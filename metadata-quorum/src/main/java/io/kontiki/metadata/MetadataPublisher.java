package io.kontiki.metadata;

/** Learns of each new image. */
@FunctionalInterface
public interface MetadataPublisher {
    /**
     * Called once per new image, in the order of the log, one call at a time. Must not block: the metadata log waits.
     * After a snapshot the delta spans many entries, and an image may be equal to the one before but for its position.
     *
     * @param delta what changed since the image of the last call (since nothing, in the first call)
     * @param image the new image
     */
    void onMetadata(MetadataDelta delta, MetadataImage image);
}
