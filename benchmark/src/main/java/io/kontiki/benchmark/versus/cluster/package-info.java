/** The systems that are compared, as processes: their brokers, the loads, and what these use of the machine. */
package io.kontiki.benchmark.versus.cluster;
