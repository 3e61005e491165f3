/**
 * A whole cluster in one thread: virtual time, and a network, disks, a metadata quorum and clients that fail as drawn
 * from one seed. It runs the product's own {@code PartitionReplica}, {@code MetadataState} and {@code Controller}; what
 * is modelled here is only what surrounds them. After each step the invariants of the replication protocol are checked;
 * then faults stop, and the cluster must heal. Entry type: {@link io.kontiki.simulation.Simulation}.
 */
package io.kontiki.simulation;
