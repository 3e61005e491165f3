package io.kontiki.client;

/** A place in a partition. Only {@link Offset} is fixed; the others are looked up at the leader when first needed. */
public sealed interface Position {

    /** The first readable record. */
    static Position earliest() {
        return new Earliest();
    }

    /** The end of the committed records: only newer ones follow. */
    static Position latest() {
        return new Latest();
    }

    /** The end of the committed records, without the broker's own ones behind the last: who is here has read all. */
    static Position recordsEnd() {
        return new RecordsEnd();
    }

    /** The record with this offset. */
    static Position offset(long offset) {
        return new Offset(offset);
    }

    /** The first record whose time stamp is at or after so many milliseconds since 1970; the end, if there is none. */
    static Position timestampMs(long timestampMs) {
        return new Timestamp(timestampMs);
    }

    /** So many offsets before {@link #recordsEnd}, but not before the first readable record. */
    static Position last(long count) {
        return new Last(count);
    }

    /** See {@link #earliest()}. */
    record Earliest() implements Position {}

    /** See {@link #latest()}. */
    record Latest() implements Position {}

    /** See {@link #recordsEnd()}. */
    record RecordsEnd() implements Position {}

    /**
     * See {@link #offset(long)}.
     *
     * @param offset at least 0
     */
    record Offset(long offset) implements Position {
        public Offset {
            Limits.atLeast("offset", offset, 0);
        }
    }

    /**
     * See {@link #timestampMs(long)}.
     *
     * @param timestampMs at least 0
     */
    record Timestamp(long timestampMs) implements Position {
        public Timestamp {
            Limits.atLeast("timestampMs", timestampMs, 0);
        }
    }

    /**
     * See {@link #last(long)}.
     *
     * @param count at least 0
     */
    record Last(long count) implements Position {
        public Last {
            Limits.atLeast("count", count, 0);
        }
    }
}
