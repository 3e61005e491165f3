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

        boolean is(RecordBatch batch) {
            return baseOffset == batch.baseOffset()
                    && nextOffset == batch.nextOffset()
                    && leaderEpoch == batch.leaderEpoch()
                    && checksum == batch.storedChecksum();
        }
    }

    private final List<Batch> batches = new ArrayList<>();
    private final Map<Long, Integer> lastSequences = new HashMap<>();
    /** Checksums by offset. */
    private final Map<Long, Long> acknowledged = new HashMap<>();

    private long endOffset;

    /** The highest that a leader's high watermark ever was. */
    long endOffset() {
        return endOffset;
    }

    /** Less than {@link #endOffset()} while only a leader that cannot read them itself has told of the last batches. */
    private long seenEnd() {
        return batches.isEmpty() ? 0 : batches.get(batches.size() - 1).nextOffset();
    }

    int acknowledged() {
        return acknowledged.size();
    }

    /** The batch that holds an offset; null if none of that offset was seen. */
    private Batch holding(long offset) {
        int low = 0;
        int high = batches.size() - 1;
        while (low <= high) {
            int middle = low + high >>> 1;
            Batch found = batches.get(middle);
            if (offset >= found.nextOffset()) {
                low = middle + 1;
            } else if (offset < found.baseOffset()) {
                high = middle - 1;
            } else {
                return found;
            }
        }
        return null;
    }

    /**
     * A leader may be the first to commit, also what is damaged in its own log: what that is, another replica shows when
     * its high watermark passes there.
     *
     * @return the first offset that could not be read; less than {@code to} only if the log is damaged or its disk fails
     */
    long onHighWatermark(PartitionLog log, long from, long to, boolean leads, String replica) {
        if (leads) {
            endOffset = Math.max(endOffset, to);
        } else if (log.logStartOffset() > seenEnd()) {
            // Others show what comes before.
            return to;
        }
        long readable = to;
        long position = Math.max(Math.min(from, seenEnd()), log.logStartOffset());
        while (position < to) {
            LogSlice slice = read(log, position, to);
            if (slice.isEmpty()) {
                readable = Math.min(readable, position);
                Batch damaged = holding(position);
                if (damaged == null) {
                    break;
                }
                position = damaged.nextOffset();
                continue;
            }
            for (RecordBatch batch : RecordBatches.of(slice.bytes())) {
                commit(batch, replica);
            }
            position = slice.endOffset();
        }
        return readable;
    }

    private void commit(RecordBatch batch, String replica) {
        if (batch.baseOffset() < seenEnd()) {
            check(batch, replica);
            return;
        }
        SimulationFailure.check(
                batch.nextOffset() <= endOffset,
                () -> "F10: follower " + replica + " is first to commit " + batch.baseOffset());
        SimulationFailure.check(
                batch.baseOffset() == seenEnd(),
                () -> "I5: " + replica + " commits " + batch.baseOffset() + " after " + seenEnd());
        if (batch.hasProducerId()) {
            int expected = lastSequences.getOrDefault(batch.producerId(), -1) + 1;
            SimulationFailure.check(
                    batch.baseSequence() == expected,
                    () -> "C, D: " + replica + " commits sequence " + batch.baseSequence() + " of producer "
                            + batch.producerId() + " at " + batch.baseOffset() + ", but " + expected + " is next");
            lastSequences.put(batch.producerId(), batch.lastSequence());
        }
        batches.add(Batch.of(batch));
        if (acknowledged.containsKey(batch.baseOffset())) {
            checkAcknowledged(batch.baseOffset());
        }
    }

    private void check(RecordBatch batch, String replica) {
        Batch committed = holding(batch.baseOffset());
        SimulationFailure.check(
                committed != null && committed.is(batch),
                () -> "B: " + replica + " has " + Batch.of(batch) + ", but committed is " + committed);
    }

    /** What a reader was given. */
    void checkRead(RecordBatch batch, String replica) {
        SimulationFailure.check(
                batch.nextOffset() <= endOffset,
                () -> "B: read " + batch.baseOffset() + " from " + replica + ", but committed is only " + endOffset);
        if (batch.baseOffset() < seenEnd()) {
            check(batch, replica);
        }
    }

    /** @return whether it was acknowledged before, too */
    boolean onAcknowledged(long baseOffset, RecordBatch sent) {
        Long before = acknowledged.put(baseOffset, sent.storedChecksum());
        SimulationFailure.check(
                before == null || before == sent.storedChecksum(),
                () -> "A: acknowledged " + sent.storedChecksum() + " at " + baseOffset + ", and before " + before);
        SimulationFailure.check(
                baseOffset < endOffset, () -> "A: acknowledged " + baseOffset + ", but committed is only " + endOffset);
        if (baseOffset < seenEnd()) {
            checkAcknowledged(baseOffset);
        }
        return before != null;
    }

    private void checkAcknowledged(long baseOffset) {
        Batch committed = holding(baseOffset);
        long checksum = acknowledged.get(baseOffset);
        SimulationFailure.check(
                committed.baseOffset() == baseOffset && committed.checksum() == checksum,
                () -> "A: acknowledged " + checksum + " at " + baseOffset + ", but committed is " + committed);
    }

    /**
     * Everything that is committed and not given up.
     *
     * @param mayBeDamaged whether it need not be readable: there is a check of its own for what rots
     */
    void checkHeldBy(PartitionLog log, boolean mayBeDamaged, String holder) {
        SimulationFailure.check(
                log.endOffset() >= endOffset,
                () -> "A: " + holder + " ends at " + log.endOffset() + ", but committed is " + endOffset);
        long readable = onHighWatermark(log, log.logStartOffset(), endOffset, false, holder);
        SimulationFailure.check(
                mayBeDamaged || readable >= endOffset, () -> "A: " + holder + " cannot be read from " + readable);
    }

    private static LogSlice read(PartitionLog log, long from, long to) {
        try {
            return log.read(from, READ_BYTES, to);
        } catch (InvalidBatchException | StorageException e) {
            return new LogSlice(from, from, java.nio.ByteBuffer.allocate(0));
        }
    }
}
