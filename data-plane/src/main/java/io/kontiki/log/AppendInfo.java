package io.kontiki.log;

/**
 * What an append did.
 *
 * @param baseOffset offset of the first record appended
 * @param lastOffset offset of the last record appended, inclusive
 * @param maxTimestampMs greatest timestamp of the records, in ms since 1970, or -1
 * @param sizeInBytes bytes written
 * @param rolled whether a new segment was begun: a {@link PartitionLog#flush()} soon, whatever the flush mode, makes the
 *     closed one durable and keeps the next recovery short
 */
public record AppendInfo(long baseOffset, long lastOffset, long maxTimestampMs, int sizeInBytes, boolean rolled) {
    /** Log end offset after the append. */
    public long nextOffset() {
        return lastOffset + 1;
    }
}
