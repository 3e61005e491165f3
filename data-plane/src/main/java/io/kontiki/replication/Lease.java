package io.kontiki.replication;

/**
 * How long a broker may believe that the quorum has not fenced it (rule L16): from when the last heartbeat that the
 * controller accepted was sent, for 0.8 of a session. It bounds what acks=0 and acks=1 can lose; acks=all is safe without.
 *
 * @param endNanos of the monotonic clock; compared by difference
 */
public record Lease(long endNanos) {
    /**
     * The lease that an accepted heartbeat gives.
     *
     * @param sentNanos when the heartbeat was sent, not when its answer came
     * @param sessionNanos silence after which the controller fences a broker
     */
    public static Lease of(long sentNanos, long sessionNanos) {
        return new Lease(sentNanos + sessionNanos / 10 * 8);
    }

    public boolean holds(long nowNanos) {
        return nowNanos - endNanos < 0;
    }

    /** Whichever of the two ends later. */
    public Lease orLater(Lease other) {
        return other.endNanos - endNanos > 0 ? other : this;
    }
}
