/**
 * The process that puts load on a cluster, of either system: what it sends, reads and times is the same code, only the
 * {@link io.kontiki.benchmark.versus.load.SystemClient} differs.
 */
package io.kontiki.benchmark.versus.load;
