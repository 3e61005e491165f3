package io.kontiki.thin;

import java.time.Duration;

/**
 * What the thin tier of one broker may take.
 *
 * @param publishBytesMax memory for published records that wait for their acknowledgement, all calls together, at least
 *     1 MiB; the messages that are being taken in come on top, one for each thread of gRPC
 * @param publishTimeout how long a record may take until it is acknowledged, retries included
 * @param consumeStreamsMax streams of consuming at a time, at least 1; each has a few threads
 * @param consumePrefetchBytes memory for records that one such stream has fetched for its caller, 64 KiB to 1 MiB, and a batch
 *     from each broker, if that is larger; as much again may wait for the caller to take it, for a few seconds
 */
public record ThinSettings(
        long publishBytesMax, Duration publishTimeout, int consumeStreamsMax, int consumePrefetchBytes) {
    private static final int PREFETCH_BYTES_MIN = 64 << 10;
    private static final int PREFETCH_BYTES_MAX = 1 << 20;
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
        if (consumePrefetchBytes < PREFETCH_BYTES_MIN || consumePrefetchBytes > PREFETCH_BYTES_MAX) {
            throw new IllegalArgumentException("consumePrefetchBytes is " + consumePrefetchBytes + ", must be "
                    + PREFETCH_BYTES_MIN + " to " + PREFETCH_BYTES_MAX);
        }
    }

    /** An eighth of the heap for publishing, 30 s, and 256 streams, with another eighth among them. */
    public static ThinSettings ofThisProcess() {
        long share = Runtime.getRuntime().maxMemory() / SHARE_OF_HEAP;
        return new ThinSettings(Math.max(PUBLISH_BYTES_MIN, share), Duration.ofSeconds(30), CONSUME_STREAMS_MAX, (int)
                Math.max(PREFETCH_BYTES_MIN, Math.min(PREFETCH_BYTES_MAX, share / CONSUME_STREAMS_MAX)));
    }
}
