/**
 * The metadata as a tree of named nodes, for people who look into it: paths and values close to what ZooKeeper held for
 * Kafka. {@link io.kontiki.metadata.tree.MetadataTree} is the entry. A node is made when it is asked for, so a tree over
 * a large image costs nothing. Pure; knows the image and nothing else.
 */
package io.kontiki.metadata.tree;
