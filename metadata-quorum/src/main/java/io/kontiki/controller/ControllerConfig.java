package io.kontiki.controller;

/**
 * What the controller needs to know.
 *
 * @param clusterId id of the cluster, 1 to 64 characters; the first controller writes it to the log
 * @param numPartitions partitions of a topic created without a count, 1 to 10000 ({@code num.partitions})
 * @param defaultReplicationFactor replicas of a topic created without a count ({@code default.replication.factor});
 *     -1 for as many as there are usable brokers, but at most 3
 * @param sessionMillis silence after which a broker is fenced, at least 1 ({@code broker.session.timeout.ms})
 * @param shutdownWaitMillis longest time that a stopping broker waits for another replica to become in sync where it
 *     is the only one; at least 0
 * @param rebalance how leadership goes back to the preferred replicas
 */
public record ControllerConfig(
        String clusterId,
        int numPartitions,
        int defaultReplicationFactor,
        long sessionMillis,
        long shutdownWaitMillis,
        Rebalance rebalance) {
    /**
     * How leadership goes back to the preferred replicas.
     *
     * @param enabled whether it does by itself ({@code auto.leader.rebalance.enable})
     * @param intervalMillis from one look to the next, at least 1 ({@code leader.imbalance.check.interval.seconds})
     * @param delayMillis how long a broker must have been serving before, at least 0
     *     ({@code auto.leader.rebalance.delay.ms})
     */
    public record Rebalance(boolean enabled, long intervalMillis, long delayMillis) {
        public static final Rebalance DEFAULTS = new Rebalance(true, 5_000, 10_000);

        public Rebalance {
            if (intervalMillis < 1 || delayMillis < 0) {
                throw new IllegalArgumentException("a look at the leaders every " + intervalMillis + " ms, "
                        + delayMillis + " ms after a start: the first is at least 1, the second at least 0");
            }
        }
    }

    public ControllerConfig {
        if (clusterId.isEmpty() || clusterId.length() > 64) {
            throw new IllegalArgumentException("cluster.id \"" + clusterId + "\" is not 1 to 64 characters long");
        }
        if (numPartitions < 1 || numPartitions > 10_000) {
            throw new IllegalArgumentException("num.partitions " + numPartitions + " is not within 1 to 10000");
        }
        if (defaultReplicationFactor != -1 && defaultReplicationFactor < 1) {
            throw new IllegalArgumentException(
                    "default.replication.factor " + defaultReplicationFactor + " is neither -1 nor at least 1");
        }
        if (sessionMillis < 1 || shutdownWaitMillis < 0) {
            throw new IllegalArgumentException("session of " + sessionMillis + " ms, shutdown wait of "
                    + shutdownWaitMillis + " ms: the first is at least 1, the second at least 0");
        }
    }

    /** Defaults: one partition, up to three replicas, a session of 3 s, a shutdown wait of 10 s. */
    public static ControllerConfig defaults(String clusterId) {
        return new ControllerConfig(clusterId, 1, -1, 3_000, 10_000, Rebalance.DEFAULTS);
    }
}
