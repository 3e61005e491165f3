package io.kontiki.partition;

import java.time.Duration;

/**
 * How often what was written once is compared with its checksums, and with the other replicas (rule R14).
 *
 * @param interval from the begin of one pass over all closed segments to that of the next
 * @param bytesPerSecondMax what the scrubs of all directories may read together, also to answer other brokers;
 *     {@link Long#MAX_VALUE} for no bound
 */
public record ScrubSettings(Duration interval, long bytesPerSecondMax) {}
