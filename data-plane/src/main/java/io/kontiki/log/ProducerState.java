package io.kontiki.log;

import io.kontiki.log.OpenTransactions.Decided;
import io.kontiki.log.ProducerEntry.Appended;
import io.kontiki.record.BatchHeader;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * What the log knows of idempotent producers: per producer id its epoch and its last {@value #WINDOW} batches. A function
 * of the log's prefix and nothing else, so it is the same on every replica and after every restart (rules D1 to D4).
 * Belongs to the log's writer thread.
 */
public final class ProducerState {
    /** Batches remembered per producer id, which is how many a producer may have in flight. */
    static final int WINDOW = 5;

    private final int maxProducerIds;
    /** In the order of their last append, longest ago first. */
    private final LinkedHashMap<Long, ProducerEntry> producers = new LinkedHashMap<>();

    private final OpenTransactions transactions = new OpenTransactions();

    ProducerState(int maxProducerIds) {
        this.maxProducerIds = maxProducerIds;
    }

    /** Judges a batch before it is appended as leader; changes nothing. */
    public ProducerCheck check(BatchHeader batch) {
        if (!batch.hasProducerId()) {
            return new ProducerCheck.New();
        }
        ProducerEntry known = producers.get(batch.producerId());
        int sequence = batch.baseSequence();
        if (known == null) {
            return sequence == 0 ? new ProducerCheck.New() : new ProducerCheck.UnknownProducer(sequence);
        }
        if (batch.producerEpoch() < known.epoch()) {
            return new ProducerCheck.FencedEpoch(known.epoch(), batch.producerEpoch());
        }
        if (batch.producerEpoch() > known.epoch()) {
            return sequence == 0 ? new ProducerCheck.New() : new ProducerCheck.OutOfOrder(0, sequence);
        }
        return known.check(sequence, batch.lastSequence());
    }

    /** Producer ids remembered now. */
    public int size() {
        return producers.size();
    }

    /** Transactions without a marker yet. */
    OpenTransactions transactions() {
        return transactions;
    }

    /**
     * Takes a batch into account that was appended, by a leader or a follower, or is replayed. No check (rule T9).
     *
     * @param batch of a transaction's marker the whole {@link io.kontiki.record.RecordBatch}, else the header is enough
     * @return the transaction that it aborts, if it does
     */
    Optional<AbortedTransaction> onAppended(BatchHeader batch) {
        if (!batch.hasProducerId()) {
            return Optional.empty();
        }
        ProducerEntry entry = producers.remove(batch.producerId());
        if (entry == null || entry.epoch() != batch.producerEpoch()) {
            entry = new ProducerEntry(batch.producerEpoch());
        }
        if (!batch.isControl()) {
            entry = entry.with(
                    new Appended(batch.baseSequence(), batch.lastSequence(), batch.baseOffset(), batch.lastOffset()));
        }
        producers.put(batch.producerId(), entry);
        forgetBeyondLimit();
        return transactions.onAppended(batch);
    }

    private void forgetBeyondLimit() {
        Iterator<Long> oldest = producers.keySet().iterator();
        while (producers.size() > maxProducerIds) {
            oldest.next();
            oldest.remove();
        }
    }

    void clear() {
        producers.clear();
        transactions.clear();
    }

    void replaceBy(ProducerState other) {
        clear();
        other.producers.forEach(this::restore);
        other.transactions.firstOffsets().forEach(transactions::restore);
        other.transactions.decided().forEach(transactions::restore);
    }

    /**
     * All of it at one moment, for any thread.
     *
     * @param producerIds in the order of their last append, as are the entries
     * @param open first offset by producer id, in the order of the first offsets
     */
    record Frozen(long[] producerIds, ProducerEntry[] entries, Map<Long, Long> open, List<Decided> decided) {}

    /** Costs a walk over the producers, and none over their batches. */
    Frozen freeze() {
        long[] ids = new long[producers.size()];
        ProducerEntry[] entries = new ProducerEntry[ids.length];
        int next = 0;
        for (Map.Entry<Long, ProducerEntry> producer : producers.entrySet()) {
            ids[next] = producer.getKey();
            entries[next++] = producer.getValue();
        }
        return new Frozen(
                ids, entries, new LinkedHashMap<>(transactions.firstOffsets()), List.copyOf(transactions.decided()));
    }

    /** Puts an entry behind all others; for a snapshot that is read in its order. */
    void restore(long producerId, ProducerEntry entry) {
        producers.put(producerId, entry);
        forgetBeyondLimit();
    }

    /** In the order of their last append. */
    Map<Long, ProducerEntry> entries() {
        return producers;
    }
}
