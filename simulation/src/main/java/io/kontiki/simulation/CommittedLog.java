package io.kontiki.simulation;

import io.kontiki.log.LogSlice;
import io.kontiki.log.PartitionLog;
import io.kontiki.record.InvalidBatchException;
import io.kontiki.record.RecordBatch;
import io.kontiki.record.RecordBatches;
import io.kontiki.storage.StorageException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;

/**
 * Promises A to D of one partition: what a high watermark once covered stays, for everybody, and so does what was
 * acknowledged; what a producer sends is there in its order and once.
 */
final class CommittedLog {
    private static final int READ_BYTES = 1 << 16;

    /** Enough of a batch to know it again: a checksum covers its records, and none its place. */
    record Batch(long baseOffset, long nextOffset, int leaderEpoch, long checksum) {
        static Batch of(RecordBatch batch) {
            return new Batch(batch.baseOffset(), batch.nextOffset(), batch.leaderEpoch(), batch.storedChecksum());
        }
    }

    private final List<Batch> batches = new ArrayList<>();
    private final Map<Long, Integer> lastSequences = new HashMap<>();
    private final TreeSet<Long> acknowledged = new TreeSet<>();

    long endOffset() {
        return batches.isEmpty() ? 0 : batches.get(batches.size() - 1).nextOffset();
    }

    int acknowledged() {
        return acknowledged.size();
    }

    /** Finds by base offset. */
    private Batch at(long baseOffset) {
        int low = 0;
        int high = batches.size() - 1;
        while (low <= high) {
            int middle = low + high >>> 1;
            Batch found = batches.get(middle);
            if (found.baseOffset() == baseOffset) {
                return found;
            }
            if (found.baseOffset() < baseOffset) {
                low = middle + 1;
            } else {
                high = middle - 1;
            }
        }
        return null;
    }

    /**
     * @param leads whether the replica may be the first to commit
     * @return up to where it could be read; less than {@code to} only if the log is damaged or its disk fails
     */
    long onHighWatermark(PartitionLog log, long from, long to, boolean leads, String replica) {
        long position = Math.max(from, log.logStartOffset());
        while (position < to) {
            LogSlice slice = read(log, position, to);
            if (slice.isEmpty()) {
                return position;
            }
            for (RecordBatch batch : RecordBatches.of(slice.bytes())) {
                commit(batch, leads, replica);
            }
            position = slice.endOffset();
        }
        return position;
    }

    private void commit(RecordBatch batch, boolean leads, String replica) {
        if (batch.baseOffset() < endOffset()) {
            check(batch, replica);
            return;
        }
        SimulationFailure.check(leads, () -> "F10: follower " + replica + " is first to commit " + batch.baseOffset());
        SimulationFailure.check(
                batch.baseOffset() == endOffset(),
                () -> "I5: " + replica + " commits " + batch.baseOffset() + " after " + endOffset());
        if (batch.hasProducerId()) {
            int expected = lastSequences.getOrDefault(batch.producerId(), -1) + 1;
            SimulationFailure.check(
                    batch.baseSequence() == expected,
                    () -> "C, D: " + replica + " commits sequence " + batch.baseSequence() + " of producer "
                            + batch.producerId() + " at " + batch.baseOffset() + ", but " + expected + " is next");
            lastSequences.put(batch.producerId(), batch.lastSequence());
        }
        batches.add(Batch.of(batch));
    }

    private void check(RecordBatch batch, String replica) {
        Batch committed = at(batch.baseOffset());
        SimulationFailure.check(
                Batch.of(batch).equals(committed),
                () -> "B: " + replica + " has " + Batch.of(batch) + ", but committed is " + committed);
    }

    /** What a reader was given. */
    void checkRead(RecordBatch batch, String replica) {
        SimulationFailure.check(
                batch.nextOffset() <= endOffset(),
                () -> "B: read " + batch.baseOffset() + " from " + replica + ", but committed is only " + endOffset());
        check(batch, replica);
    }

    /** @return whether it was acknowledged before, too */
    boolean onAcknowledged(long baseOffset, RecordBatch sent) {
        Batch committed = at(baseOffset);
        SimulationFailure.check(
                committed != null && committed.checksum() == sent.storedChecksum(),
                () -> "A: acknowledged " + sent.storedChecksum() + " at " + baseOffset + ", but committed is "
                        + committed);
        return !acknowledged.add(baseOffset);
    }

    /**
     * Everything that is committed and not given up.
     *
     * @param mayBeDamaged whether it need not be readable: there is a check of its own for what rots
     */
    void checkHeldBy(PartitionLog log, boolean mayBeDamaged, String holder) {
        SimulationFailure.check(
                log.endOffset() >= endOffset(),
                () -> "A: " + holder + " ends at " + log.endOffset() + ", but committed is " + endOffset());
        long readable = onHighWatermark(log, log.logStartOffset(), endOffset(), false, holder);
        SimulationFailure.check(
                mayBeDamaged || readable >= endOffset(), () -> "A: " + holder + " cannot be read from " + readable);
    }

    private static LogSlice read(PartitionLog log, long from, long to) {
        try {
            return log.read(from, READ_BYTES, to);
        } catch (InvalidBatchException | StorageException e) {
            return new LogSlice(from, from, java.nio.ByteBuffer.allocate(0));
        }
    }
}
