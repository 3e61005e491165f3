package io.kontiki.client;

import java.util.OptionalLong;

/**
 * An offset that was looked up.
 *
 * @param offset the offset
 * @param timestampMs time stamp of the record found, for a look-up by time that found one
 */
public record OffsetInfo(long offset, OptionalLong timestampMs) {}
