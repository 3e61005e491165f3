package io.kontiki.log;

/** A read below the log start offset or above the log end offset. */
public final class OffsetOutOfRangeException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final long logStartOffset;
    private final long endOffset;

    OffsetOutOfRangeException(String directory, long offset, long logStartOffset, long endOffset) {
        super("offset " + offset + " is outside " + logStartOffset + " to " + endOffset + " of log " + directory);
        this.logStartOffset = logStartOffset;
        this.endOffset = endOffset;
    }

    public long logStartOffset() {
        return logStartOffset;
    }

    /** Exclusive. */
    public long endOffset() {
        return endOffset;
    }
}
