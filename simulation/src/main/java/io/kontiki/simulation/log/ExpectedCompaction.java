package io.kontiki.simulation.log;

import io.kontiki.record.BatchHeader;
import io.kontiki.record.Record;
import io.kontiki.record.RecordBatch;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.Set;
import java.util.function.Consumer;

/**
 * What one pass of compaction may change, judged before it begins. A record may go if it has no key, if a later one below
 * the limit has its key, or if it is a tombstone whose time is over. A batch may go whose records all may and which no
 * producer's state remembers. All else stays byte for byte, but for the time at which a tombstone may go, which a pass
 * sets once. Immutable.
 */
final class ExpectedCompaction {
    /** A pass that changes nothing. */
    static final ExpectedCompaction NONE = new ExpectedCompaction(Set.of(), Set.of(), 0);

    private final Set<Long> dispensableRecords;
    private final Set<Long> dispensableBatches;
    private final long newHorizonMs;

    private ExpectedCompaction(Set<Long> dispensableRecords, Set<Long> dispensableBatches, long newHorizonMs) {
        this.dispensableRecords = dispensableRecords;
        this.dispensableBatches = dispensableBatches;
        this.newHorizonMs = newHorizonMs;
    }

    /**
     * @param limitOffset nothing at or above it changes, and nothing there takes the place of anything
     * @param mayForget whether tombstones may go once their time is over
     * @param deleteRetentionMs for how long a tombstone stays once a pass has met it
     */
    static ExpectedCompaction of(
            List<ByteBuffer> batches,
            ExpectedProducers producers,
            long limitOffset,
            boolean mayForget,
            long nowMs,
            long deleteRetentionMs) {
        Map<ByteBuffer, Long> lastOfKey = new HashMap<>();
        batches.forEach(bytes -> forEachRecord(bytes, limitOffset, each -> {
            if (each.hasKey()) {
                lastOfKey.put(each.key(), each.offset());
            }
        }));
        Set<Long> records = new HashSet<>();
        Set<Long> whole = new HashSet<>();
        for (ByteBuffer bytes : batches) {
            RecordBatch batch = RecordBatch.at(bytes, 0);
            OptionalLong horizon = batch.deleteHorizonMs();
            boolean isTimeOver = mayForget && horizon.isPresent() && horizon.getAsLong() <= nowMs;
            int before = records.size();
            forEachRecord(bytes, limitOffset, each -> {
                boolean isLast = each.hasKey() && lastOfKey.get(each.key()) == each.offset();
                if (!isLast || !each.hasValue() && isTimeOver) {
                    records.add(each.offset());
                }
            });
            boolean isEmptied = records.size() - before == batch.recordCount();
            if (isEmptied && batch.nextOffset() <= limitOffset && !producers.remember(batch)) {
                whole.add(batch.baseOffset());
            }
        }
        return new ExpectedCompaction(records, whole, nowMs + deleteRetentionMs);
    }

    /** Whether nothing may be left of the batch. */
    boolean mayTake(long baseOffset) {
        return dispensableBatches.contains(baseOffset);
    }

    private static void forEachRecord(ByteBuffer bytes, long limitOffset, Consumer<Record> consumer) {
        RecordBatch batch = RecordBatch.at(bytes, 0);
        if (!batch.isControl() && batch.nextOffset() <= limitOffset) {
            batch.forEach(consumer);
        }
    }

    /**
     * Fails unless the batches found are what may be left of the first ones expected.
     *
     * @param fromOffset below it nothing is promised to whoever reads values
     */
    void requireLeft(List<ByteBuffer> expected, List<ByteBuffer> found, long fromOffset) {
        int next = 0;
        for (ByteBuffer each : found) {
            long offset = BatchHeader.at(each, 0).baseOffset();
            while (next < expected.size()
                    && BatchHeader.at(expected.get(next), 0).baseOffset() < offset) {
                requireDispensable(expected.get(next));
                next++;
            }
            LogChecks.require(next < expected.size(), "the batch at offset %d was never written", offset);
            if (!each.equals(expected.get(next))) {
                requireLeftOf(RecordBatch.at(expected.get(next), 0), RecordBatch.at(each, 0));
            }
            next++;
        }
        if (this != NONE) {
            requireSameValues(expected.subList(0, next), found, fromOffset);
        }
    }

    private void requireDispensable(ByteBuffer missing) {
        BatchHeader batch = BatchHeader.at(missing, 0);
        LogChecks.require(mayTake(batch.baseOffset()), "the batch at offset %d is missing", batch.baseOffset());
    }

    private void requireLeftOf(RecordBatch whole, RecordBatch left) {
        LogChecks.require(
                whole.baseOffset() == left.baseOffset()
                        && whole.lastOffset() == left.lastOffset()
                        && whole.leaderEpoch() == left.leaderEpoch()
                        && whole.producerId() == left.producerId()
                        && whole.producerEpoch() == left.producerEpoch()
                        && whole.baseSequence() == left.baseSequence()
                        && whole.isControl() == left.isControl()
                        && whole.isTransactional() == left.isTransactional()
                        && hasExpectedHorizon(whole, left),
                "batch at offset %d is not the one written there, nor what compaction may leave of it: %s, expected %s",
                whole.baseOffset(),
                text(left),
                text(whole));
        Iterator<Record> remaining = left.iterator();
        Record next = next(remaining);
        for (Record each : whole) {
            if (next != null && next.offset() == each.offset()) {
                LogChecks.require(isSame(each, next), "the record at offset %d is another", each.offset());
                next = next(remaining);
            } else {
                LogChecks.require(
                        dispensableRecords.contains(each.offset()),
                        "the record at offset %d is missing",
                        each.offset());
            }
        }
        LogChecks.require(next == null, "the batch at offset %d has a record of its own", whole.baseOffset());
    }

    private static String text(BatchHeader batch) {
        return "[offsets " + batch.baseOffset() + " to " + batch.lastOffset() + ", epoch " + batch.leaderEpoch()
                + ", producer " + batch.producerId() + " epoch " + batch.producerEpoch() + " sequence "
                + batch.baseSequence() + ", " + batch.recordCount() + " records, horizon " + batch.deleteHorizonMs()
                + "]";
    }

    /** Set once, at most; a batch without records has none. */
    private boolean hasExpectedHorizon(RecordBatch whole, RecordBatch left) {
        if (left.recordCount() == 0 || left.deleteHorizonMs().isEmpty()) {
            return left.deleteHorizonMs().isEmpty()
                    && (left.recordCount() == 0 || whole.deleteHorizonMs().isEmpty());
        }
        long expected = whole.deleteHorizonMs().orElse(newHorizonMs);
        return left.deleteHorizonMs().getAsLong() == expected;
    }

    /** Null behind the last one. */
    private static Record next(Iterator<Record> records) {
        return records.hasNext() ? records.next() : null;
    }

    private static boolean isSame(Record one, Record other) {
        return one.timestampMs() == other.timestampMs()
                && one.hasKey() == other.hasKey()
                && (!one.hasKey() || one.key().equals(other.key()))
                && one.hasValue() == other.hasValue()
                && (!one.hasValue() || one.value().equals(other.value()))
                && one.headers().equals(other.headers());
    }

    /** Whoever reads all of it gets the same value for each key: no tombstone went before what it deletes. */
    private static void requireSameValues(List<ByteBuffer> expected, List<ByteBuffer> found, long fromOffset) {
        Map<ByteBuffer, ByteBuffer> before = valuesOf(expected, fromOffset);
        Map<ByteBuffer, ByteBuffer> after = valuesOf(found, fromOffset);
        for (ByteBuffer key : before.keySet()) {
            LogChecks.require(before.get(key).equals(after.get(key)), "the last value of %s is missing", text(key));
        }
        for (ByteBuffer key : after.keySet()) {
            LogChecks.require(before.containsKey(key), "%s was deleted and is back", text(key));
        }
    }

    private static CharSequence text(ByteBuffer key) {
        return StandardCharsets.UTF_8.decode(key.duplicate());
    }

    private static Map<ByteBuffer, ByteBuffer> valuesOf(List<ByteBuffer> batches, long fromOffset) {
        Map<ByteBuffer, ByteBuffer> values = new HashMap<>();
        batches.forEach(bytes -> forEachRecord(bytes, Long.MAX_VALUE, each -> {
            if (each.hasKey() && each.offset() >= fromOffset) {
                values.remove(each.key());
                if (each.hasValue()) {
                    values.put(each.key(), each.value());
                }
            }
        }));
        return values;
    }

    /** Fails if a key is there twice below the offset up to which a pass came. */
    static void requireOncePerKey(List<ByteBuffer> batches, long endOffset) {
        Map<ByteBuffer, Long> offsets = new HashMap<>();
        batches.forEach(bytes -> forEachRecord(bytes, endOffset, each -> {
            LogChecks.require(each.hasKey(), "the record at offset %d has no key", each.offset());
            Long other = offsets.put(each.key(), each.offset());
            LogChecks.require(other == null, "offsets %s and %d have one key", other, each.offset());
        }));
    }
}
