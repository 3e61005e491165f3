/**
 * Benchmarks of consumer groups. Entry types {@link io.kontiki.benchmark.group.RebalanceBenchmark} and {@link
 * io.kontiki.benchmark.group.SlowConsumerBenchmark}.
 */
package io.kontiki.benchmark.group;
