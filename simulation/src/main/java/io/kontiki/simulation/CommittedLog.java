package io.kontiki.simulation;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Promises A and B: what a high watermark once covered stays, for everybody, and so does what was acknowledged. */
final class CommittedLog {
    private final List<ModelBatch> batches = new ArrayList<>();
    private final Map<Long, Long> offsetOfAcknowledged = new HashMap<>();

    long endOffset() {
        return batches.size();
    }

    int acknowledged() {
        return offsetOfAcknowledged.size();
    }

    ModelBatch at(long offset) {
        return batches.get((int) offset);
    }

    void onHighWatermark(SimBroker broker, long from, long to) {
        for (long offset = from; offset < to; offset++) {
            ModelBatch batch = broker.log().at(offset);
            if (offset == batches.size()) {
                SimulationFailure.check(
                        broker.leads(), "F10: follower " + broker.id() + " is first to commit " + offset);
                batches.add(batch);
            } else {
                SimulationFailure.check(
                        at(offset).equals(batch),
                        "B: broker " + broker.id() + " commits " + batch + ", but committed is " + at(offset));
            }
        }
    }

    void onAcknowledged(long offset, long value) {
        SimulationFailure.check(
                offset < endOffset() && at(offset).value() == value,
                "A: acknowledged " + value + " at " + offset + " is not committed");
        Long earlier = offsetOfAcknowledged.put(value, offset);
        SimulationFailure.check(
                earlier == null, "A: value " + value + " acknowledged at " + earlier + " and " + offset);
    }

    void checkHeldBy(ModelLog log, String holder) {
        SimulationFailure.check(
                log.endOffset() >= endOffset(),
                "A: " + holder + " ends at " + log.endOffset() + ", committed is " + endOffset());
        SimulationFailure.check(
                log.upTo(endOffset()).equals(batches), "B: " + holder + " differs from what is committed");
    }

    void checkNotCut(ModelLog log, long end, int broker) {
        for (long offset = end; offset < Math.min(log.endOffset(), endOffset()); offset++) {
            SimulationFailure.check(
                    !log.at(offset).equals(at(offset)), "I6: broker " + broker + " cuts committed " + at(offset));
        }
    }

    /** Each acknowledged value is there once. */
    void checkAcknowledged() {
        Map<Long, Long> seen = new HashMap<>();
        for (ModelBatch batch : batches) {
            if (batch.value() != ModelBatch.CONTROL) {
                SimulationFailure.check(seen.put(batch.value(), batch.offset()) == null, "D: duplicate of " + batch);
            }
        }
        offsetOfAcknowledged.forEach((value, offset) ->
                SimulationFailure.check(offset.equals(seen.get(value)), "A: lost " + value + " at " + offset));
    }
}
