package io.kontiki.chaos.history;

/**
 * Names one record that the workload sent. It travels in the record's value.
 *
 * @param producer its number, from 0 on
 * @param partition where it was sent to
 * @param sequence counts this producer's records of this partition, from 0 on without gaps
 */
public record RecordId(int producer, int partition, long sequence) {
    public RecordId {
        if (producer < 0 || partition < 0 || sequence < 0) {
            throw new IllegalArgumentException("producer " + producer + ", partition " + partition + ", sequence "
                    + sequence + " must not be negative");
        }
    }

    @Override
    public String toString() {
        return "record " + sequence + " of producer " + producer + " in partition " + partition;
    }
}
