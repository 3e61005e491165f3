package io.kontiki.thin;

import java.time.Duration;

/**
 * What the thin tier of one broker may take.
 *
 * @param publishBytesMax memory for published records that wait for their acknowledgement, all calls together, at least
 *     1 MiB; the messages that are being taken in come on top, one for each thread of gRPC
 * @param publishTimeout how long a record may take until it is acknowledged, retries included
 */
public record ThinSettings(long publishBytesMax, Duration publishTimeout) {
    private static final long PUBLISH_BYTES_MIN = 1 << 20;
    private static final int SHARE_OF_HEAP = 8;

    public ThinSettings {
        if (publishBytesMax < PUBLISH_BYTES_MIN) {
            throw new IllegalArgumentException(
                    "publishBytesMax is " + publishBytesMax + ", must be at least " + PUBLISH_BYTES_MIN);
        }
    }

    /** An eighth of the heap for publishing, and 30 s. */
    public static ThinSettings ofThisProcess() {
        return new ThinSettings(
                Math.max(PUBLISH_BYTES_MIN, Runtime.getRuntime().maxMemory() / SHARE_OF_HEAP), Duration.ofSeconds(30));
    }
}
