package io.kontiki.record;

/**
 * The codec of a batch's records, as the lowest three bits of its attributes name it. The records are compressed together
 * as one stream behind the header, which never is.
 */
public enum Compression {
    NONE(0),
    GZIP(1),
    SNAPPY(2),
    LZ4(3),
    ZSTD(4);

    private final int id;

    Compression(int id) {
        this.id = id;
    }

    /** The number stored in the attributes. */
    public int id() {
        return id;
    }

    /** @throws InvalidBatchException (UNSUPPORTED_COMPRESSION) if no codec has that number */
    static Compression forId(int id) {
        for (Compression codec : values()) {
            if (codec.id == id) {
                return codec;
            }
        }
        throw new InvalidBatchException(
                InvalidBatchException.Reason.UNSUPPORTED_COMPRESSION,
                "attributes name compression codec " + id + ", known codecs are 0 to " + (values().length - 1));
    }
}
