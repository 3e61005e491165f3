package io.kontiki.client;

import com.google.protobuf.ByteString;
import io.kontiki.proto.RecordBytes;
import io.kontiki.record.BatchHeader;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.OptionalInt;

/**
 * What was fetched of one partition and not returned yet, with the places before it, the position, and behind it, where to
 * fetch next. Pure, not thread-safe.
 */
final class ReadAhead {
    private final TopicPartition partition;
    private final int prefetchBytes;
    private final boolean checkCrc;
    private final Deque<BatchReader> fetched = new ArrayDeque<>();
    private long position;
    /** Leader epoch of the batch before the position; unknown after a seek. */
    private OptionalInt positionEpoch = OptionalInt.empty();

    private long fetchOffset;
    /** As that of the position: by it the leader tells whether its log is still the one that was read. */
    private OptionalInt fetchEpoch = OptionalInt.empty();

    /** @param prefetchBytes with so much it {@link #isFull} */
    ReadAhead(TopicPartition partition, int prefetchBytes, boolean checkCrc) {
        this.partition = partition;
        this.prefetchBytes = prefetchBytes;
        this.checkCrc = checkCrc;
    }

    /** @param epoch leader epoch of what is before the offset, if known */
    void startAt(long offset, OptionalInt epoch) {
        fetched.clear();
        position = offset;
        positionEpoch = epoch;
        restart();
    }

    /** Drops what was not returned: it is to be fetched again. */
    void restart() {
        fetched.clear();
        fetchOffset = position;
        fetchEpoch = positionEpoch;
    }

    /** The offset of the next record to return. */
    long position() {
        return position;
    }

    OptionalInt positionEpoch() {
        return positionEpoch;
    }

    long fetchOffset() {
        return fetchOffset;
    }

    OptionalInt fetchEpoch() {
        return fetchEpoch;
    }

    boolean isEmpty() {
        return fetched.isEmpty();
    }

    boolean isFull() {
        return sizeInBytes() >= prefetchBytes;
    }

    int sizeInBytes() {
        int bytes = 0;
        for (var reader : fetched) {
            bytes += reader.sizeInBytes();
        }
        return bytes;
    }

    /** Takes whole batches, fetched from {@link #fetchOffset}; perhaps none. */
    void add(ByteString records) {
        if (records.isEmpty()) {
            return;
        }
        var bytes = RecordBytes.of(records);
        long end = fetchOffset;
        var epoch = fetchEpoch;
        for (int at = 0; at + BatchHeader.BYTES <= bytes.limit(); ) {
            var header = BatchHeader.at(bytes, at);
            if (header.nextOffset() >= end) {
                end = header.nextOffset();
                epoch = OptionalInt.of(header.leaderEpoch());
            }
            at = (int) Math.min(bytes.limit(), (long) at + header.sizeInBytes());
        }
        fetched.addLast(new BatchReader(partition, bytes, fetchOffset, checkCrc));
        fetchOffset = end;
        fetchEpoch = epoch;
    }

    /**
     * Adds up to {@code max} records to the target and moves the position behind them.
     *
     * @throws KontikiException CORRUPT_BATCH or UNSUPPORTED_COMPRESSION; records added before that are good, and the rest is
     *     to be fetched again, from where it went bad
     */
    void drainInto(List<ConsumerRecord> target, int max) {
        int end = target.size() + max;
        while (!fetched.isEmpty() && target.size() < end) {
            var reader = fetched.peekFirst();
            try {
                if (reader.readInto(target, end - target.size())) {
                    fetched.removeFirst();
                }
                moveBehind(reader);
            } catch (KontikiException e) {
                moveBehind(reader);
                restart();
                throw e;
            }
        }
    }

    private void moveBehind(BatchReader reader) {
        if (reader.nextOffset() >= position && reader.lastEpoch().isPresent()) {
            position = reader.nextOffset();
            positionEpoch = reader.lastEpoch();
        }
    }
}
