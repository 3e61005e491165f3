package io.kontiki.replication;

/** The part of a replica that lives for one leader epoch. */
interface Role {
    ReplicaRole kind();

    /** The record changed within the leader epoch, or a broker's registration did. */
    void onView(long nowNanos);

    void onAppended(long nowNanos);

    void onFlushed(long nowNanos);

    void onLogStartRaised(long nowNanos);

    void onTick(long nowNanos);

    /** Whether no {@link #onTick} does anything before another event comes. May be false for longer than needed. */
    boolean isAtRest();

    /**
     * The role ends.
     *
     * @param outcome what waiting requests are told
     * @param reason what attached followers are told
     * @param knownEpoch newest leader epoch known
     */
    void close(CommitOutcome outcome, AttachRefusal reason, int knownEpoch);
}
