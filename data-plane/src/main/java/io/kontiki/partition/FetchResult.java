package io.kontiki.partition;

import io.kontiki.proto.v1.ErrorReason;
import java.nio.ByteBuffer;

/** What one read of a partition gave. */
public sealed interface FetchResult {
    /**
     * Whole committed batches, perhaps none. The first may begin below the wanted offset.
     *
     * @param records the batches one behind the other, in the memory that the reader gave
     * @param highWatermark first offset not yet known to be committed
     * @param logStartOffset first offset still readable
     */
    record Records(ByteBuffer records, long highWatermark, long logStartOffset) implements FetchResult {}

    /**
     * The log has parted from what the reader has read.
     *
     * @param divergingOffset from there on it is another one, or from below
     * @param message for people
     */
    record Diverged(long divergingOffset, String message, long highWatermark, long logStartOffset)
            implements FetchResult {}

    /** @param message for people; names the value and the limit */
    record Refused(ErrorReason reason, String message, long highWatermark, long logStartOffset)
            implements FetchResult {}
}
