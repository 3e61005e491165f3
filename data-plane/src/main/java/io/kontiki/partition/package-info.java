/**
 * Runs the partitions of one broker. A {@link io.kontiki.partition.Partition} joins one log and one replica of the
 * replication protocol; an {@link io.kontiki.partition.EventLoop} is its only writer. This package carries out what the
 * pure core of {@code io.kontiki.replication} decides; it knows neither gRPC nor files. It may import
 * {@code replication}, {@code log}, {@code storage}, {@code record} and the metadata.
 */
package io.kontiki.partition;
