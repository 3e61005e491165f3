package io.kontiki.simulation.log;

import io.kontiki.log.PartitionLog;
import io.kontiki.log.ProducerCheck;
import io.kontiki.record.BatchHeader;
import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.function.Predicate;

/** What a log should know of idempotent producers: derived from all its batches, one after the other. */
final class ExpectedProducers {
    /** Batches that are remembered of each producer. */
    private static final int WINDOW = 5;

    private final int maxProducerIds;
    /** By id, longest unused first. */
    private final LinkedHashMap<Long, Producer> producers = new LinkedHashMap<>();

    private record Producer(short epoch, Deque<BatchHeader> window) {
        int nextSequence() {
            return window.isEmpty() ? 0 : window.getLast().lastSequence() + 1;
        }
    }

    private ExpectedProducers(int maxProducerIds) {
        this.maxProducerIds = maxProducerIds;
    }

    static ExpectedProducers of(List<ByteBuffer> batches, int maxProducerIds) {
        ExpectedProducers expected = new ExpectedProducers(maxProducerIds);
        batches.forEach(bytes -> expected.add(BatchHeader.at(bytes, 0)));
        return expected;
    }

    private void add(BatchHeader batch) {
        if (!batch.hasProducerId()) {
            return;
        }
        Producer producer = producers.remove(batch.producerId());
        if (producer == null || producer.epoch() != batch.producerEpoch()) {
            producer = new Producer(batch.producerEpoch(), new ArrayDeque<>());
        }
        producers.put(batch.producerId(), producer);
        producer.window().add(batch);
        if (producer.window().size() > WINDOW) {
            producer.window().remove();
        }
        if (producers.size() > maxProducerIds) {
            producers.remove(producers.keySet().iterator().next());
        }
    }

    /** Producer ids remembered. */
    int size() {
        return producers.size();
    }

    short epoch(long producerId) {
        Producer known = producers.get(producerId);
        return known == null ? 0 : known.epoch();
    }

    /** 0 if the producer is not known, or not with that epoch. */
    int nextSequence(long producerId, short epoch) {
        Producer known = producers.get(producerId);
        return known == null || known.epoch() != epoch ? 0 : known.nextSequence();
    }

    /** Whether the batch is one of those that are remembered of its producer. */
    boolean remember(BatchHeader batch) {
        Producer known = producers.get(batch.producerId());
        return known != null && known.window().stream().anyMatch(each -> each.baseOffset() == batch.baseOffset());
    }

    /**
     * Fails unless the log remembers exactly these producers and their batches.
     *
     * @param isThere whether the log still has a batch: a truncation brings back what was remembered before, but not what
     *     compaction took meanwhile
     */
    void requireSame(PartitionLog log, Predicate<BatchHeader> isThere) {
        long least = producers.values().stream()
                .filter(producer -> producer.window().stream().anyMatch(isThere))
                .count();
        int known = log.producers().size();
        LogChecks.require(
                known >= least && known <= producers.size(),
                "%d producers are known, expected %s",
                known,
                producers.keySet());
        producers.forEach((id, producer) ->
                producer.window().stream().filter(isThere).forEach(batch -> requireRemembered(log, id, batch)));
    }

    private static void requireRemembered(PartitionLog log, long producerId, BatchHeader batch) {
        ProducerCheck found = log.producers().check(batch);
        LogChecks.require(
                found.equals(new ProducerCheck.Duplicate(batch.baseOffset(), batch.lastOffset())),
                "the batch at offset %d of producer %d is taken for %s",
                batch.baseOffset(),
                producerId,
                found);
    }
}
