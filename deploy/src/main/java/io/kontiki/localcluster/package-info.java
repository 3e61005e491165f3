/**
 * Real clusters on this machine: broker processes started from a distribution, killed and restarted at will. What the
 * quickstart, the fault tests and the benchmarks have in common. Needs the client only.
 */
package io.kontiki.localcluster;
