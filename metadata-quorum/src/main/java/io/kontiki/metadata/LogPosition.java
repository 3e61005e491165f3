package io.kontiki.metadata;

/**
 * A place in the metadata log.
 *
 * @param term Raft term of the entry there, at least 0
 * @param index number of the entry, at least 0
 */
public record LogPosition(long term, long index) {
    /** Before the first entry. */
    public static final LogPosition NONE = new LogPosition(0, 0);

    public LogPosition {
        if (term < 0 || index < 0) {
            throw new IllegalArgumentException("metadata log position " + term + ":" + index + " is below 0");
        }
    }

    @Override
    public String toString() {
        return term + ":" + index;
    }
}
