package io.kontiki.log;

/**
 * Answer to "where does epoch e end here?" (rule F3).
 *
 * @param epoch the epoch that the offset belongs to, which may be lower than the one asked for
 * @param endOffset offset behind that epoch's last record
 */
public record EpochEnd(int epoch, long endOffset) {}
