package io.kontiki.client;

/**
 * How the move of a log between two directories of a broker goes.
 *
 * @param done whether the log is used in its new directory
 * @param copiedBytes written there so far
 * @param totalBytes size of the log
 */
public record LogMove(boolean done, long copiedBytes, long totalBytes) {}
