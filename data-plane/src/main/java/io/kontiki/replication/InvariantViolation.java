package io.kontiki.replication;

/** Something that the protocol rules out was found. Never leaves the package: {@link PartitionReplica} stops on it. */
final class InvariantViolation extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private InvariantViolation(String message) {
        super(message);
    }

    /** Throws unless {@code holds}; the message begins with the invariant's id. */
    static void check(boolean holds, String message, long found, long bound) {
        if (!holds) {
            throw new InvariantViolation(message + ": " + found + " against " + bound);
        }
    }
}
