package io.kontiki.replication;

import java.util.Objects;

/**
 * Limits and times of a replica.
 *
 * @param lagLimitNanos how long a follower may lag behind before it leaves the ISR (rule L8)
 * @param retryNanos wait before an attach or a proposal is tried again
 * @param attachTimeoutNanos an attach without answer is given up after this
 * @param windowBytes unacknowledged bytes on the way to one follower; one batch may exceed it
 * @param pushBytes bytes of one push; a larger batch travels alone
 * @param waitingMax appends that may wait for their acknowledgement
 * @param isolatedLeader what a leader without a lease does
 * @param sessionNanos silence after which the controller fences a broker: for so long a leader that was replaced may not know
 *     it, and have a lease (rule L16)
 */
public record ReplicaOptions(
        long lagLimitNanos,
        long retryNanos,
        long attachTimeoutNanos,
        int windowBytes,
        int pushBytes,
        int waitingMax,
        IsolatedLeader isolatedLeader,
        long sessionNanos) {
    private static final long MILLI = 1_000_000L;

    public static final ReplicaOptions DEFAULTS = new ReplicaOptions(
            10_000 * MILLI, 50 * MILLI, 2_000 * MILLI, 4 << 20, 1 << 20, 10_000, IsolatedLeader.STOP, 3_000 * MILLI);

    public ReplicaOptions {
        requirePositive("lagLimitNanos", lagLimitNanos);
        requirePositive("retryNanos", retryNanos);
        requirePositive("attachTimeoutNanos", attachTimeoutNanos);
        requirePositive("windowBytes", windowBytes);
        requirePositive("pushBytes", pushBytes);
        requirePositive("waitingMax", waitingMax);
        Objects.requireNonNull(isolatedLeader);
        requirePositive("sessionNanos", sessionNanos);
    }

    /** These options with another {@code lagLimitNanos}. */
    public ReplicaOptions withLagLimitNanos(long nanos) {
        return new ReplicaOptions(
                nanos,
                retryNanos,
                attachTimeoutNanos,
                windowBytes,
                pushBytes,
                waitingMax,
                isolatedLeader,
                sessionNanos);
    }

    /** These options with another {@code isolatedLeader}. */
    public ReplicaOptions withIsolatedLeader(IsolatedLeader other) {
        return new ReplicaOptions(
                lagLimitNanos, retryNanos, attachTimeoutNanos, windowBytes, pushBytes, waitingMax, other, sessionNanos);
    }

    /** These options with another {@code sessionNanos}. */
    public ReplicaOptions withSessionNanos(long nanos) {
        return new ReplicaOptions(
                lagLimitNanos,
                retryNanos,
                attachTimeoutNanos,
                windowBytes,
                pushBytes,
                waitingMax,
                isolatedLeader,
                nanos);
    }

    private static void requirePositive(String name, long value) {
        if (value < 1) {
            throw new IllegalArgumentException(name + " " + value + " is below 1");
        }
    }
}
