/**
 * Chaos: a cluster of real processes under a load, faults from a schedule, and the check afterwards. Entry:
 * {@link io.kontiki.chaos.Main}.
 */
package io.kontiki.chaos;
