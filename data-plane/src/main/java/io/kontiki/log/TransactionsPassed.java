package io.kontiki.log;

import io.kontiki.record.BatchHeader;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.PriorityQueue;
import java.util.Set;

/**
 * The transactions that a pass over the log meets, batch by batch by rising offset: whether records were aborted, and
 * whether a marker still stands for batches that are in the log. A pass begins at the log's first batch, so a marker whose
 * transaction was not met has none left (rule V7).
 */
final class TransactionsPassed {
    /** Not yet reached, by first offset. */
    private final PriorityQueue<AbortedTransaction> ahead =
            new PriorityQueue<>(Comparator.comparingLong(AbortedTransaction::firstOffset));
    /** Reached and not ended, by producer id. */
    private final Map<Long, AbortedTransaction> aborted = new HashMap<>();
    /** Producer ids with batches since their last marker. */
    private final Set<Long> withBatches = new HashSet<>();

    TransactionsPassed(List<AbortedTransaction> aborted) {
        ahead.addAll(aborted);
    }

    /** Whether the records of a transactional batch were aborted. */
    boolean isAborted(BatchHeader data) {
        withBatches.add(data.producerId());
        while (!ahead.isEmpty() && ahead.peek().firstOffset() <= data.lastOffset()) {
            AbortedTransaction next = ahead.remove();
            aborted.put(next.producerId(), next);
        }
        AbortedTransaction open = aborted.get(data.producerId());
        return open != null && open.lastOffset() > data.lastOffset();
    }

    /**
     * Ends a producer's transaction.
     *
     * @return whether it had batches
     */
    boolean end(BatchHeader marker) {
        return withBatches.remove(marker.producerId());
    }

    /** The aborted transaction that a marker ends, if it had batches; asked before {@link #end}. */
    Optional<AbortedTransaction> abortedBy(BatchHeader marker) {
        AbortedTransaction open = aborted.get(marker.producerId());
        if (open == null || open.lastOffset() != marker.lastOffset() || !withBatches.contains(marker.producerId())) {
            return Optional.empty();
        }
        aborted.remove(marker.producerId());
        return Optional.of(open);
    }
}
