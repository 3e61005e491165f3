package io.kontiki.thin;

import java.time.Duration;

/**
 * What the thin tier of one broker may take.
 *
 * @param publishBytesMax memory for published records that wait for their acknowledgement, all calls together, at least
 *     1 MiB; the messages that are being taken in come on top, one for each thread of gRPC
 * @param publishTimeout how long a record may take until it is acknowledged, retries included
 * @param consumeStreamsMax streams of consuming at a time, at least 1; each has a few threads and, for each partition that
 *     it owns, up to half a MiB of records or two batches, whichever is more
 */
public record ThinSettings(long publishBytesMax, Duration publishTimeout, int consumeStreamsMax) {
    private static final long PUBLISH_BYTES_MIN = 1 << 20;
    private static final int CONSUME_STREAMS_MAX = 256;
    private static final int SHARE_OF_HEAP = 8;

    public ThinSettings {
        if (publishBytesMax < PUBLISH_BYTES_MIN) {
            throw new IllegalArgumentException(
                    "publishBytesMax is " + publishBytesMax + ", must be at least " + PUBLISH_BYTES_MIN);
        }
        if (consumeStreamsMax < 1) {
            throw new IllegalArgumentException("consumeStreamsMax is " + consumeStreamsMax + ", must be at least 1");
        }
    }

    /** An eighth of the heap for publishing, 30 s, and 256 streams. */
    public static ThinSettings ofThisProcess() {
        return new ThinSettings(
                Math.max(PUBLISH_BYTES_MIN, Runtime.getRuntime().maxMemory() / SHARE_OF_HEAP),
                Duration.ofSeconds(30),
                CONSUME_STREAMS_MAX);
    }
}
