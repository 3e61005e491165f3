package io.kontiki.partition;

import io.kontiki.metadata.TopicPartition;

/**
 * What a replica says of its log.
 *
 * @param id of the partition
 * @param dir where the log is
 * @param sizeBytes bytes of record batches
 * @param logStartOffset first offset that can be read
 * @param endOffset the offset that the next record gets
 * @param offsetLag committed records that it does not have yet, as far as it knows
 * @param leads whether it is the leader
 */
public record ReplicaDescription(
        TopicPartition id,
        LogDir dir,
        long sizeBytes,
        long logStartOffset,
        long endOffset,
        long offsetLag,
        boolean leads) {}
