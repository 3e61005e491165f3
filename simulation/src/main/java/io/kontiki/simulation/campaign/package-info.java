/**
 * Runs many simulations side by side, and makes the schedules of those that fail short. The only part of the simulator
 * that has threads and knows the time.
 */
package io.kontiki.simulation.campaign;
