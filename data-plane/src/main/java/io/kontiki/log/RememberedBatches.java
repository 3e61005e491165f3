package io.kontiki.log;

import io.kontiki.record.BatchHeader;
import java.util.HashMap;
import java.util.Map;

/**
 * The batches that the state of producers remembers. Compaction keeps their headers when all their records go, so that the
 * state can still be derived from the log (rules D2 and V7). All of the window and not only the last batch of a producer:
 * else a replica that is built from the compacted log would take the retry of an older one for an error.
 */
public final class RememberedBatches {
    private final Map<Long, Tail> producers = new HashMap<>();

    private RememberedBatches() {}

    private record Tail(short epoch, long[] lastOffsets) {}

    /** Writer thread of the log; any thread may use the result. */
    static RememberedBatches of(ProducerState state) {
        RememberedBatches remembered = new RememberedBatches();
        state.entries().forEach((producerId, entry) -> {
            long[] lastOffsets = entry.window().stream()
                    .mapToLong(ProducerEntry.Appended::lastOffset)
                    .toArray();
            remembered.producers.put(producerId, new Tail(entry.epoch(), lastOffsets));
        });
        return remembered;
    }

    boolean contains(BatchHeader batch) {
        Tail tail = batch.hasProducerId() ? producers.get(batch.producerId()) : null;
        if (tail == null) {
            return false;
        }
        if (batch.isControl()) {
            // All that is known of the producer may be the epoch that a marker told.
            return tail.lastOffsets.length == 0 && tail.epoch == batch.producerEpoch();
        }
        for (long lastOffset : tail.lastOffsets) {
            if (lastOffset == batch.lastOffset()) {
                return true;
            }
        }
        return false;
    }
}
