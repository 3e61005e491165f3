package io.kontiki.quickstart;

/**
 * A record as it was read back.
 *
 * @param index the line's number, from its header; -1 if there is none
 * @param key its key, one character for each byte
 * @param text its value, one character for each byte
 */
record Received(int partition, long offset, int index, String key, String text) {}
