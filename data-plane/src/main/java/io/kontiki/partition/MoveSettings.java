package io.kontiki.partition;

/**
 * What moving logs between directories may take of a broker.
 *
 * @param bytesPerSecondMax what is copied; {@link Long#MAX_VALUE} for no bound. What an event loop waits for is not held up
 */
public record MoveSettings(long bytesPerSecondMax) {}
