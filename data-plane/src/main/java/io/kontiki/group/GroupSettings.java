package io.kontiki.group;

/**
 * What a broker gives and allows to groups.
 *
 * @param offsetsRetentionMillis a group without members is forgotten this long after it was last used, at least 1
 * @param sessionTimeoutMs for members that ask for none, 1000 to 1800000
 * @param heartbeatIntervalMs how often members have to be heard, below every session time-out
 * @param rebalanceTimeoutMs for members that ask for none, 1000 to 3600000
 * @param membersMax of one group, at least 1
 * @param brokerSessionMs silence after which the controller fences a broker, at least 1: for so long one that coordinates a
 *     group no more may not know, and tell members that they live
 */
public record GroupSettings(
        long offsetsRetentionMillis,
        int sessionTimeoutMs,
        int heartbeatIntervalMs,
        int rebalanceTimeoutMs,
        int membersMax,
        int brokerSessionMs) {
    private static final int BROKER_SESSION_MS = 3000;

    public static final GroupSettings DEFAULTS = new GroupSettings(7L * 24 * 3600 * 1000, 10_000, 3000, 60_000, 10_000);

    public GroupSettings {
        inRange("offsets retention in ms", offsetsRetentionMillis, 1, Long.MAX_VALUE);
        inRange("session time-out in ms", sessionTimeoutMs, 1000, 1_800_000);
        inRange("heartbeat interval in ms", heartbeatIntervalMs, 1, sessionTimeoutMs);
        inRange("rebalance time-out in ms", rebalanceTimeoutMs, 1000, 3_600_000);
        inRange("most members", membersMax, 1, Integer.MAX_VALUE);
        inRange("broker session in ms", brokerSessionMs, 1, Integer.MAX_VALUE);
    }

    /** With the default session of brokers. */
    public GroupSettings(
            long offsetsRetentionMillis,
            int sessionTimeoutMs,
            int heartbeatIntervalMs,
            int rebalanceTimeoutMs,
            int membersMax) {
        this(
                offsetsRetentionMillis,
                sessionTimeoutMs,
                heartbeatIntervalMs,
                rebalanceTimeoutMs,
                membersMax,
                BROKER_SESSION_MS);
    }

    /** With other limits. */
    GroupSettings withLimits(long retentionMillis, int members) {
        return new GroupSettings(
                retentionMillis, sessionTimeoutMs, heartbeatIntervalMs, rebalanceTimeoutMs, members, brokerSessionMs);
    }

    /** For a member of that session time-out: the interval of the broker, or a third of a session that is short. */
    int heartbeatIntervalMs(int memberSessionMs) {
        return Math.min(heartbeatIntervalMs, Math.max(1, memberSessionMs / 3));
    }

    private static void inRange(String what, long value, long min, long max) {
        if (value < min || value > max) {
            throw new IllegalArgumentException(what + " is " + value + ", but must be " + min + " to " + max);
        }
    }
}
