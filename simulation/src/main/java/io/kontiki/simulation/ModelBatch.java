package io.kontiki.simulation;

/**
 * A record batch of one record.
 *
 * @param offset its offset
 * @param epoch leader epoch it was appended in
 * @param value unique to the send; {@link #CONTROL} for a LeaderChange
 */
record ModelBatch(long offset, int epoch, long value) {
    static final long CONTROL = -1;

    /** Size for windows and pushes. */
    static final int BYTES = 100;
}
