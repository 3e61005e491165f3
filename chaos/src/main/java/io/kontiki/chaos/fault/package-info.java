/**
 * What can be done to a cluster, and when: a schedule is data, drawn from a seed or written by hand. Entries:
 * {@link io.kontiki.chaos.fault.Schedule}, {@link io.kontiki.chaos.fault.FaultRunner}.
 */
package io.kontiki.chaos.fault;
