package io.kontiki.metadata;

/** A new image and what differs from the one before; what {@link MetadataPublisher} wants. */
public record ImageUpdate(MetadataDelta delta, MetadataImage image) {}
