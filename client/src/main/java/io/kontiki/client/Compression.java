package io.kontiki.client;

/**
 * How a producer packs the records of a batch. They are packed together, so that larger batches shrink more; brokers and
 * disks keep the batch as it was sent, and consumers unpack it. Every reader understands every codec.
 */
public enum Compression {
    /** As they are. */
    NONE(io.kontiki.record.Compression.NONE),
    /** Packs tightly, and takes the most time for it. */
    GZIP(io.kontiki.record.Compression.GZIP),
    /** Fast; packs less tightly than gzip and zstd. */
    SNAPPY(io.kontiki.record.Compression.SNAPPY),
    /** Fast, above all to read; packs about as snappy does. */
    LZ4(io.kontiki.record.Compression.LZ4),
    /** Level 3: packs about as tightly as gzip, in less time. */
    ZSTD(io.kontiki.record.Compression.ZSTD);

    private final io.kontiki.record.Compression codec;

    Compression(io.kontiki.record.Compression codec) {
        this.codec = codec;
    }

    io.kontiki.record.Compression codec() {
        return codec;
    }
}
