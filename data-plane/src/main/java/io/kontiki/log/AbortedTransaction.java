package io.kontiki.log;

/**
 * A transaction that was given up. Its records are to be skipped by whoever reads committed records only (rule V3).
 *
 * @param firstOffset offset of its first record in this partition
 * @param lastOffset offset of the marker that ended it
 * @param lastStableOffset first offset that was still undecided when it had ended: of the oldest transaction open then, or
 *     the offset behind the marker. Every transaction that ends later and is not empty begins at or above it
 */
public record AbortedTransaction(long producerId, long firstOffset, long lastOffset, long lastStableOffset) {}
