/**
 * What the entries of the metadata log mean: {@link io.kontiki.metadata.command.MetadataState#apply} turns an image and
 * a command into the next image, a reply and a delta. Pure and total: the same on every member of the quorum, without
 * clock, randomness or I/O, and a refusal is a reply. Depends on {@code io.kontiki.metadata} only.
 */
package io.kontiki.metadata.command;
