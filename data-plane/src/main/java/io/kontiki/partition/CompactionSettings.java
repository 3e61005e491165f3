package io.kontiki.partition;

import java.time.Duration;

/**
 * What compaction may take of a broker.
 *
 * @param threads logs of one directory that are compacted at a time; 0 compacts nothing
 * @param dedupeBufferBytes memory for keys, of all threads together; at least 48 for each
 * @param bytesPerSecondMax what all threads together read and write; {@link Long#MAX_VALUE} for no bound
 * @param backoff how long a thread rests when there is nothing to do
 */
public record CompactionSettings(int threads, long dedupeBufferBytes, long bytesPerSecondMax, Duration backoff) {
    private static final int KEY_BYTES = 48;

    /** The share of one of so many directories. */
    CompactionSettings forOneOf(int dirs) {
        long share = Math.max(dedupeBufferBytes / dirs, (long) KEY_BYTES * threads);
        return new CompactionSettings(threads, share, bytesPerSecondMax, backoff);
    }
}
