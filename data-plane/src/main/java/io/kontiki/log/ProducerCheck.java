package io.kontiki.log;

/** What a leader does with a batch of an idempotent producer (rules D3 and D4). */
public sealed interface ProducerCheck {
    /** Append it. Also the answer for batches without a producer id. */
    record New() implements ProducerCheck {}

    /**
     * It is in the log already. The answer waits for the high watermark to pass {@code lastOffset}, as for a new append.
     *
     * @param baseOffset offset of the batch's first record
     * @param lastOffset offset of the batch's last record, inclusive
     */
    record Duplicate(long baseOffset, long lastOffset) implements ProducerCheck {}

    /**
     * A batch before it is missing. Nothing may be written.
     *
     * @param expectedSequence the sequence that may come next
     * @param foundSequence the batch's base sequence
     */
    record OutOfOrder(int expectedSequence, int foundSequence) implements ProducerCheck {}

    /**
     * It lies before the batches that are remembered: written long ago, its offsets are not known any more.
     *
     * @param oldestSequence first sequence that is remembered
     * @param foundSequence the batch's base sequence
     */
    record TooOld(int oldestSequence, int foundSequence) implements ProducerCheck {}

    /**
     * A newer instance of the producer has taken over.
     *
     * @param currentEpoch newest producer epoch seen
     * @param foundEpoch the batch's producer epoch
     */
    record FencedEpoch(short currentEpoch, short foundEpoch) implements ProducerCheck {}

    /**
     * Nothing is known of the producer id, so only sequence 0 would be accepted.
     *
     * @param foundSequence the batch's base sequence
     */
    record UnknownProducer(int foundSequence) implements ProducerCheck {}
}
