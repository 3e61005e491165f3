package io.kontiki.record;

/** Bytes that are no acceptable record batch. The message names the field, its value and the limit it breaks. */
public final class InvalidBatchException extends RuntimeException {
    /** What is wrong, in classes that a sender can act on. */
    public enum Reason {
        /** The bytes do not add up: cut short, wrong length, or a wrong checksum. */
        CORRUPT_BATCH,
        /** The batch is sound but above the limit on its size. */
        RECORD_TOO_LARGE,
        /** The batch arrived as it was sent, but what it says is not allowed or contradicts itself. */
        INVALID_RECORD,
        /** The batch is sound, but a timestamp is outside of what its topic accepts. */
        INVALID_TIMESTAMP,
        /** The batch is sound, but its topic accepts no record without a key, and one has none. */
        MISSING_KEY,
        /** A format version other than 2. */
        UNSUPPORTED_MAGIC,
        /** A codec that this version cannot read. */
        UNSUPPORTED_COMPRESSION
    }

    private static final long serialVersionUID = 1L;

    private final Reason reason;

    public InvalidBatchException(Reason reason, String message) {
        super(message);
        this.reason = reason;
    }

    InvalidBatchException(Reason reason, String message, Throwable cause) {
        super(message, cause);
        this.reason = reason;
    }

    public Reason reason() {
        return reason;
    }
}
