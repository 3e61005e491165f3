/**
 * One partition's replica as a pure state machine: leader and follower rules, high watermark, in-sync replicas,
 * truncation. Entry type: {@link io.kontiki.replication.PartitionReplica}. It is handed events and the time, and returns
 * effects that its event loop runs; it does no I/O, reads no clock, starts no thread and draws no random number, so that
 * a simulator drives the very classes that run in production. Rule ids in comments (L4, F7, ...) are those of the
 * replication protocol. Depends on {@code io.kontiki.metadata} values only.
 */
package io.kontiki.replication;
