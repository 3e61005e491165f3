package io.kontiki.log;

import java.util.ArrayList;
import java.util.List;

/** Finds aborted transactions in the transaction indexes of a log's segments. Any thread. */
final class AbortedTransactions {
    private AbortedTransactions() {}

    /** See {@link PartitionLog#abortedTransactions}. */
    static List<AbortedTransaction> touching(
            ProducerSnapshots snapshots, LogView log, long fromOffset, long toOffsetExclusive) {
        List<AbortedTransaction> found = new ArrayList<>();
        boolean complete = fromOffset >= toOffsetExclusive;
        for (int i = log.segmentOf(fromOffset); i < log.segments().length && !complete; i++) {
            complete = index(snapshots, log, i).collect(fromOffset, toOffsetExclusive, found);
        }
        return found;
    }

    /** The transaction index of a segment; made again from the batches if its file is wrong (rule R8). */
    static TransactionIndex index(ProducerSnapshots snapshots, LogView log, int segment) {
        LogSegment of = log.segments()[segment];
        return of.transactions().orElseGet(() -> {
            of.replaceTransactions(madeFromBatches(snapshots, log, segment));
            return of.transactions().orElseThrow();
        });
    }

    private static TransactionIndex madeFromBatches(ProducerSnapshots snapshots, LogView log, int segment) {
        LogSegment of = log.segments()[segment];
        ProducerState before = new ProducerState(Integer.MAX_VALUE);
        snapshots.restore(log, of.baseOffset(), before);
        TransactionIndex made = TransactionIndex.empty(of.baseOffset());
        of.reader().replay(of.baseOffset(), batch -> before.onAppended(batch).ifPresent(made::append));
        return made;
    }
}
