package io.kontiki.log;

/**
 * The first offset written under a leader epoch.
 *
 * @param epoch leader epoch, at least 0
 * @param startOffset offset of its first record
 */
public record EpochEntry(int epoch, long startOffset) {}
