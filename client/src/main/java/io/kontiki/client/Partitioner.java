package io.kontiki.client;

/**
 * Chooses the partition of a record that names none itself ({@link ProducerRecord.Builder#partition}). Called in
 * {@code send} on the caller's thread, by many threads at once; must not block. What it throws fails that send.
 *
 * <p>The choice may rest on the number of partitions. When partitions are added to a topic, keys therefore move.
 */
@FunctionalInterface
public interface Partitioner {
    /**
     * Any partition will do: the record goes where the batch under way is, and each new batch goes to another
     * partition that has a leader. Fewer and larger batches than in turn record by record.
     */
    int ANY = -1;

    /**
     * The partition for this record.
     *
     * @param topic as the client knows it now; at least one partition
     * @return 0 to the number of partitions - 1, or {@link #ANY}
     */
    int partition(ProducerRecord record, TopicInfo topic);

    /**
     * The default. Records with a key, also an empty one, go by the key's hash: Murmur2 as Kafka's clients compute it,
     * modulo the number of partitions, so that each key lands where they put it. {@link #ANY} for records without.
     */
    static Partitioner byKey() {
        return KeyPartitioner.INSTANCE;
    }

    /**
     * As {@link #byKey}, but records without a key go to the partitions in turn, each record to the next that has a
     * leader: an even spread also over a few records, at the price of smaller batches.
     */
    static Partitioner roundRobin() {
        return new RoundRobinPartitioner();
    }

    /** Takes no notice of keys: {@link #ANY} for every record. Records of one key do not stay in order. */
    static Partitioner sticky() {
        return (record, topic) -> ANY;
    }
}
