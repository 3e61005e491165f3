/**
 * Measures the log alone with JMH, each figure beside what the disk and the checksum allow on the same machine in the same
 * run. Entry: {@link io.kontiki.benchmark.log.LogBenchmarks}. Uses {@code io.kontiki.log} through its public face only.
 */
package io.kontiki.benchmark.log;
