package io.kontiki.simulation.log;

import io.kontiki.log.PartitionLog;
import io.kontiki.log.ProducerCheck;
import io.kontiki.record.BatchHeader;
import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

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

    short epoch(long producerId) {
        Producer known = producers.get(producerId);
        return known == null ? 0 : known.epoch();
    }

    /** 0 if the producer is not known, or not with that epoch. */
    int nextSequence(long producerId, short epoch) {
        Producer known = producers.get(producerId);
        return known == null || known.epoch() != epoch ? 0 : known.nextSequence();
    }

    /** Fails unless the log remembers exactly these producers and batches. */
    void requireSame(PartitionLog log) {
        LogChecks.require(
                log.producers().size() == producers.size(),
                "%d producers are known, expected %s",
                log.producers().size(),
                producers.keySet());
        for (Map.Entry<Long, Producer> each : producers.entrySet()) {
            for (BatchHeader batch : each.getValue().window()) {
                ProducerCheck found = log.producers().check(batch);
                LogChecks.require(
                        found.equals(new ProducerCheck.Duplicate(batch.baseOffset(), batch.lastOffset())),
                        "the batch at offset %d of producer %d is taken for %s",
                        batch.baseOffset(),
                        each.getKey(),
                        found);
            }
        }
    }
}
