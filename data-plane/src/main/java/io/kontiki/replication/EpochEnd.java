package io.kontiki.replication;

/**
 * Where a log's part of a leader epoch ends (rule F3).
 *
 * @param epoch the leader epoch found
 * @param endOffset first offset behind it
 */
public record EpochEnd(int epoch, long endOffset) {}
