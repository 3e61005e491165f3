package io.kontiki.simulation;

import io.kontiki.metadata.FlushMode;

/**
 * What is simulated.
 *
 * @param nodes brokers, numbered from 1; each holds a replica of the one partition
 * @param minIsr in-sync replicas that an acks=all write needs
 * @param flushMode when an append counts as stored
 * @param faults whether faults are drawn from the seed; without them a test makes its own
 * @param load whether producers and readers run
 * @param faultMillis how long faults and load last
 */
public record SimulationOptions(
        int nodes, int minIsr, FlushMode flushMode, boolean faults, boolean load, long faultMillis) {
    /** Three nodes under load and faults. */
    public static SimulationOptions swarm(FlushMode flushMode) {
        return new SimulationOptions(3, 2, flushMode, true, true, 15_000);
    }

    /** Three nodes, nothing happens by itself. */
    public static SimulationOptions scripted(FlushMode flushMode) {
        return new SimulationOptions(3, 2, flushMode, false, false, 0);
    }

    SimulationOptions withNodes(int number, int newMinIsr) {
        return new SimulationOptions(number, newMinIsr, flushMode, faults, load, faultMillis);
    }
}
