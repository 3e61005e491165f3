/**
 * One partition's log on disk: segments of record batches with their indexes, the epochs and producers found in them, and
 * recovery after a stop. Start at {@link io.kontiki.log.PartitionLog}. Knows nothing of replication, requests or threads
 * of its own. Depends on {@code io.kontiki.storage} and {@code io.kontiki.record}.
 */
package io.kontiki.log;
