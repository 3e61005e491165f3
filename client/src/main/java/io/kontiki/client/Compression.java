package io.kontiki.client;

/**
 * How a producer packs the records of a batch. They are packed together, so that larger batches shrink more; brokers and
 * disks keep the batch as it was sent, and consumers unpack it. Every reader understands every codec.
 */
public enum Compression {
    /** As they are. */
    NONE(io.kontiki.record.Compression.NONE),
    /** Small, and slow to make. */
    GZIP(io.kontiki.record.Compression.GZIP),
    /** Fast, and the largest of the four. */
    SNAPPY(io.kontiki.record.Compression.SNAPPY),
    /** The fastest to read. */
    LZ4(io.kontiki.record.Compression.LZ4),
    /** Level 3: about as small as gzip, and much faster. */
    ZSTD(io.kontiki.record.Compression.ZSTD);

    private final io.kontiki.record.Compression codec;

    Compression(io.kontiki.record.Compression codec) {
        this.codec = codec;
    }

    io.kontiki.record.Compression codec() {
        return codec;
    }
}
