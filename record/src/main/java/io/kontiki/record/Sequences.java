package io.kontiki.record;

/** Arithmetic of producer sequences, which run from 0 to 2^31 - 1 and start over. */
public final class Sequences {
    private Sequences() {}

    /** The sequence {@code records} after {@code sequence}; both at least 0. */
    public static int plus(int sequence, int records) {
        return (sequence + records) & Integer.MAX_VALUE;
    }

    /** How many steps lead from one sequence to another, 0 to 2^31 - 1. */
    public static int distance(int fromSequence, int toSequence) {
        return (toSequence - fromSequence) & Integer.MAX_VALUE;
    }
}
