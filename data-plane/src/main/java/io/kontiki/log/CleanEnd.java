package io.kontiki.log;

/**
 * How a log ended at a clean stop: what that run vouches for (rule R2). A log that loads with exactly these needs no
 * verification.
 *
 * @param endOffset log end offset, all of it durable
 * @param lastEpoch epoch of the last batch, {@link #NO_EPOCH} if the log held none
 */
public record CleanEnd(long endOffset, int lastEpoch) {
    public static final int NO_EPOCH = -1;

    public CleanEnd {
        if (endOffset < 0 || lastEpoch < NO_EPOCH) {
            throw new IllegalArgumentException(
                    "end offset is " + endOffset + " and last epoch " + lastEpoch + ", the least are 0 and -1");
        }
    }
}
