/**
 * The cluster's metadata as immutable values: {@link io.kontiki.metadata.MetadataImage} at one index of the metadata
 * log, and the deltas between two of them. Every decision in the data plane is taken from such an image. Pure; depends
 * on persistent collections only.
 */
package io.kontiki.metadata;
