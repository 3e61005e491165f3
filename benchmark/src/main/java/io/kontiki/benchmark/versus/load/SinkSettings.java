package io.kontiki.benchmark.versus.load;

import java.time.Duration;

/**
 * How records are sent, with either client.
 *
 * @param acks {@code 1} or {@code all}
 * @param codec {@code none}, {@code lz4} or {@code zstd}
 * @param batchBytes size at which a batch goes, in bytes
 * @param lingerMillis how long it waits otherwise, in ms
 * @param bufferBytes memory for records that are not acknowledged yet, in bytes
 */
record SinkSettings(String acks, String codec, int batchBytes, int lingerMillis, long bufferBytes) {
    /** Of a producer that is alone. */
    private static final long BUFFER_BYTES = 64 << 20;

    /** For loads in which the size of batches does not matter. */
    static final SinkSettings AT_ONCE = new SinkSettings("all", "none", 64 << 10, 0, BUFFER_BYTES);

    /** For one record to each of very many partitions. */
    static final SinkSettings SINGLE_RECORDS = new SinkSettings("all", "none", 1 << 10, 0, BUFFER_BYTES);

    /** How long a record may take; long enough for a start with very many partitions. */
    static final Duration PATIENCE = Duration.ofMinutes(5);

    static SinkSettings from(Parameters parameters) {
        return new SinkSettings(
                parameters.oneOf("acks", "1", "all"),
                parameters.oneOf("codec", "none", "lz4", "zstd"),
                parameters.number("batch", 1 << 10, 1 << 20),
                parameters.number("linger", 0, 1000),
                BUFFER_BYTES);
    }

    /** These, with the parameters' {@code buffer}. */
    SinkSettings withBufferFrom(Parameters parameters) {
        return new SinkSettings(
                acks, codec, batchBytes, lingerMillis, parameters.number("buffer", 64 << 10, (int) BUFFER_BYTES));
    }
}
