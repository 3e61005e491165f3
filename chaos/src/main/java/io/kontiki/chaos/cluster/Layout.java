package io.kontiki.chaos.cluster;

/**
 * What a cluster is made of.
 *
 * @param brokers their number
 * @param voters how many of them, from the first on, hold the metadata
 * @param partitions of the topic
 * @param flush its {@code flush.mode}
 * @param network how the brokers are joined
 * @param ownDisks whether each broker gets a file system of its own, so that it can be broken
 * @param ownClocks whether each broker gets a wall clock of its own
 */
public record Layout(
        int brokers,
        int voters,
        int partitions,
        String flush,
        NetworkKind network,
        boolean ownDisks,
        boolean ownClocks) {
    /** Ways to join brokers. */
    public enum NetworkKind {
        /** By the loopback address, of which nothing can be cut. */
        PLAIN,
        /** By network namespaces. */
        NAMESPACES,
        /** By proxies on loopback addresses. */
        PROXIES
    }

    private static final int BROKERS_MAX = 9;
    private static final int PARTITIONS_MAX = 100;

    public Layout {
        require("brokers", brokers, 1, BROKERS_MAX);
        require("voters", voters, 1, Math.min(brokers, 5));
        require("partitions", partitions, 1, PARTITIONS_MAX);
        if (voters % 2 == 0) {
            throw new IllegalArgumentException("voters is " + voters + ", must be 1, 3 or 5");
        }
        if (!flush.equals("ack") && !flush.equals("os")) {
            throw new IllegalArgumentException("flush is " + flush + ", must be ack or os");
        }
    }

    private static void require(String name, int value, int lowest, int highest) {
        if (value < lowest || value > highest) {
            throw new IllegalArgumentException(name + " is " + value + ", must be " + lowest + " to " + highest);
        }
    }

    /** Whether brokers preload libraries that break what the system tells them. */
    boolean preloads() {
        return ownDisks || ownClocks;
    }

    /** Copies of each partition. */
    public int replicationFactor() {
        return Math.min(3, brokers);
    }
}
