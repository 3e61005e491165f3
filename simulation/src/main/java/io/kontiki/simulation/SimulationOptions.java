package io.kontiki.simulation;

import io.kontiki.metadata.FlushMode;
import io.kontiki.replication.IsolatedLeader;
import java.util.SplittableRandom;

/**
 * What is simulated.
 *
 * @param nodes brokers, numbered from 1; each holds a replica of every partition
 * @param minIsr in-sync replicas that an acks=all write needs
 * @param flushMode when an append counts as stored
 * @param isolated what a leader without a lease does
 * @param directories of each broker, at least 1
 * @param partitions of the first topic, at least 1
 * @param segmentBytes size of a segment; small, so that segments roll often
 * @param retentionBytes size of a log above which its oldest segments go; -1 for no limit
 * @param retentionMillis how often it is looked for them
 * @param tickMillis from one tick of an event loop to the next
 * @param millisBetween longest pause between two batches of a producer, mostly
 * @param faultMillis how long faults and load last; 0 where a test makes its own
 */
public record SimulationOptions(
        int nodes,
        int minIsr,
        FlushMode flushMode,
        IsolatedLeader isolated,
        int directories,
        int partitions,
        int segmentBytes,
        long retentionBytes,
        long retentionMillis,
        long tickMillis,
        long millisBetween,
        long faultMillis) {
    /** Three nodes, nothing happens by itself. */
    public static SimulationOptions scripted(FlushMode flushMode) {
        return new SimulationOptions(3, 2, flushMode, IsolatedLeader.SERVE, 1, 1, 1 << 20, -1, 60_000, 50, 60, 0);
    }

    /** One of many kinds of clusters, as the seed has it. */
    public static SimulationOptions drawn(long seed, long faultMillis) {
        SplittableRandom random = new SplittableRandom(~seed);
        boolean five = random.nextInt(4) == 0;
        FlushMode flushMode = random.nextInt(3) == 0 ? FlushMode.OS : FlushMode.ACK;
        int minIsr = random.nextInt(8) == 0 ? 1 : five ? 3 : 2;
        long retentionBytes = random.nextInt(3) == 0 ? -1 : 4_096L * (1 + random.nextInt(4));
        return new SimulationOptions(
                five ? 5 : 3,
                minIsr,
                flushMode,
                IsolatedLeader.SERVE,
                1,
                1 + random.nextInt(2),
                2_048 << random.nextInt(3),
                retentionBytes,
                2_000,
                100L << random.nextInt(2),
                200L << random.nextInt(3),
                faultMillis);
    }

    SimulationOptions withNodes(int number, int newMinIsr) {
        return new SimulationOptions(
                number,
                newMinIsr,
                flushMode,
                isolated,
                directories,
                partitions,
                segmentBytes,
                retentionBytes,
                retentionMillis,
                tickMillis,
                millisBetween,
                faultMillis);
    }

    SimulationOptions withIsolated(IsolatedLeader newIsolated) {
        return new SimulationOptions(
                nodes,
                minIsr,
                flushMode,
                newIsolated,
                directories,
                partitions,
                segmentBytes,
                retentionBytes,
                retentionMillis,
                tickMillis,
                millisBetween,
                faultMillis);
    }

    SimulationOptions withDirectories(int newDirectories, int newPartitions) {
        return new SimulationOptions(
                nodes,
                minIsr,
                flushMode,
                isolated,
                newDirectories,
                newPartitions,
                segmentBytes,
                retentionBytes,
                retentionMillis,
                tickMillis,
                millisBetween,
                faultMillis);
    }

    SimulationOptions withRetention(int newSegmentBytes, long newRetentionBytes, long newRetentionMillis) {
        return new SimulationOptions(
                nodes,
                minIsr,
                flushMode,
                isolated,
                directories,
                partitions,
                newSegmentBytes,
                newRetentionBytes,
                newRetentionMillis,
                tickMillis,
                millisBetween,
                faultMillis);
    }
}
