package io.kontiki.simulation;

import io.kontiki.metadata.FlushMode;

/**
 * What is simulated.
 *
 * @param nodes brokers, numbered from 1; each holds a replica of every partition
 * @param minIsr in-sync replicas that an acks=all write needs
 * @param flushMode when an append counts as stored
 * @param partitions of the topic, at least 1
 * @param segmentBytes size of a segment; small, so that segments roll often
 * @param retentionBytes size of a log above which its oldest segments go; -1 for no limit
 * @param retentionMillis how often it is looked for them
 * @param faults whether faults are drawn from the seed; without them a test makes its own
 * @param load whether producers and readers run
 * @param faultMillis how long faults and load last
 */
public record SimulationOptions(
        int nodes,
        int minIsr,
        FlushMode flushMode,
        int partitions,
        int segmentBytes,
        long retentionBytes,
        long retentionMillis,
        boolean faults,
        boolean load,
        long faultMillis) {
    /** Three nodes under load and faults. */
    public static SimulationOptions swarm(FlushMode flushMode) {
        return new SimulationOptions(3, 2, flushMode, 3, 4_096, 12_000, 2_000, true, true, 15_000);
    }

    /** Three nodes, nothing happens by itself. */
    public static SimulationOptions scripted(FlushMode flushMode) {
        return new SimulationOptions(3, 2, flushMode, 1, 1 << 20, -1, 60_000, false, false, 0);
    }

    SimulationOptions withNodes(int number, int newMinIsr) {
        return new SimulationOptions(
                number,
                newMinIsr,
                flushMode,
                partitions,
                segmentBytes,
                retentionBytes,
                retentionMillis,
                faults,
                load,
                faultMillis);
    }
}
