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
 *     is the only one, and for the others to learn of its leaving; at least 0
 */
public record ControllerConfig(
        String clusterId,
        int numPartitions,
        int defaultReplicationFactor,
        long sessionMillis,
        long shutdownWaitMillis) {
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
        return new ControllerConfig(clusterId, 1, -1, 3_000, 10_000);
    }
}
