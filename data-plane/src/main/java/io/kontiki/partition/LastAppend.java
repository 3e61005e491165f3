package io.kontiki.partition;

import io.kontiki.log.AppendInfo;

/** What a log was given last, and how soon it can be read. Belongs to the partition's event loop. */
final class LastAppend {
    /** To read so much of what was just written takes no longer than to wake another thread. */
    private static final int LITTLE_BYTES_MAX = 16 * 1024;

    /** To answer more consumers on the event loop would hold up the answer to the producer, and all other partitions there. */
    private static final int READERS_MAX = 4;

    private static final long NONE = -1;

    private long from;
    /** Of the log; {@link #NONE} if it was not little. */
    private long end = NONE;

    /** Admitted since it was appended. */
    private int readers;

    void note(AppendInfo appended) {
        readers = 0;
        from = appended.baseOffset();
        end = appended.sizeInBytes() <= LITTLE_BYTES_MAX ? appended.lastOffset() + 1 : NONE;
    }

    /** Whether all from an offset on is of it, and little, in a log that ends there now. */
    boolean isAtHand(long offset, long logEndOffset) {
        return offset >= from && logEndOffset == end;
    }

    /** Admits one more consumer that reads from an offset on, on the event loop, if that is at hand: a few of them only. */
    boolean admitReader(long offset, long logEndOffset) {
        return isAtHand(offset, logEndOffset) && readers++ < READERS_MAX;
    }
}
