/**
 * One partition's log against a plain list: seeded work on it, what it may answer, and what of it must be there after a
 * power cut between any two operations of the disk. The log is the product's own {@code PartitionLog}, over any disk.
 * Entry types: {@link io.kontiki.simulation.log.LogWorkload} and {@link io.kontiki.simulation.log.CrashRun}.
 */
package io.kontiki.simulation.log;
