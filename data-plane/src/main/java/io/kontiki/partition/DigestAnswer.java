package io.kontiki.partition;

/** What a follower says of a range of its log (rule R14). */
public sealed interface DigestAnswer {
    /** @param sha256 of all bytes of the batches in the range, in hexadecimal */
    record Digest(String sha256) implements DigestAnswer {}

    /** There is nothing to compare. */
    record Refused(Reason reason) implements DigestAnswer {}

    /** Why there is nothing to compare. */
    enum Reason {
        /** It does not follow in that leader epoch, or does not know the partition. */
        NOT_FOLLOWING,
        /** The range is not there as whole batches, or it is too large. */
        OUT_OF_RANGE,
        /** Compacted copies differ by design. */
        COMPACTED,
        /** The follower's copy has a damaged batch, and it steps aside. */
        DAMAGED,
        /** Its scrub has no time for it. */
        BUSY,
        /** No answer came. */
        UNREACHABLE
    }

    static DigestAnswer refused(Reason reason) {
        return new Refused(reason);
    }
}
