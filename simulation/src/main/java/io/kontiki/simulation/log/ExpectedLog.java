package io.kontiki.simulation.log;

import io.kontiki.record.BatchHeader;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.UUID;

/**
 * The log as it should be: a plain list of batches, those below the log start among them, and what of it was promised to
 * survive a power cut. While something is done that replaces the whole log, there are two logs that may be found. Not
 * thread-safe.
 */
final class ExpectedLog {
    private final UUID topicId;
    private final List<ByteBuffer> batches = new ArrayList<>();
    private long startOffset;
    private long durableStart;
    private long durableEnd;
    private long producersFrom;
    private ExpectedLog replacement;

    ExpectedLog(UUID topicId, long startOffset) {
        this.topicId = topicId;
        this.startOffset = startOffset;
        this.durableStart = startOffset;
        this.durableEnd = startOffset;
        this.producersFrom = startOffset;
    }

    UUID topicId() {
        return topicId;
    }

    /** Stamped, by rising offset, from before the log start on; unmodifiable. */
    List<ByteBuffer> batches() {
        return Collections.unmodifiableList(batches);
    }

    /** The batches that producers are remembered by. */
    List<ByteBuffer> batchesOfProducers() {
        return batches.subList(wholeBatchesBelow(producersFrom), batches.size());
    }

    /** Number of the batch that holds an offset or, if none does, of the first behind it. */
    int indexOf(long offset) {
        return wholeBatchesBelow(offset);
    }

    BatchHeader header(int index) {
        return BatchHeader.at(batches.get(index), 0);
    }

    long startOffset() {
        return startOffset;
    }

    long endOffset() {
        return endOf(batches.size());
    }

    /** Below it nothing comes back. */
    long durableStart() {
        return durableStart;
    }

    /** Below it everything survives. */
    long durableEnd() {
        return durableEnd;
    }

    /** The batch is about to be appended: from now on it may be found. */
    void append(ByteBuffer batch) {
        batches.add(batch);
    }

    /** So far the log says that it is durable. */
    void promise(long offset) {
        durableEnd = Math.max(durableEnd, Math.min(offset, endOffset()));
    }

    /** The log is about to begin there: from now on it may. */
    void raiseStart(long offset) {
        startOffset = Math.max(startOffset, offset);
    }

    /** The log start is on disk. */
    void promiseStart() {
        durableStart = startOffset;
    }

    /** A cut is about to begin: what lies above need not survive any more, but may. */
    void beginTruncation(long cutOffset) {
        long left = endBelow(cutOffset);
        durableEnd = Math.min(durableEnd, left);
        durableStart = Math.min(durableStart, left);
    }

    /** The cut is done, durably. */
    void endTruncation(long cutOffset) {
        startOffset = Math.min(startOffset, endBelow(cutOffset));
        batches.subList(wholeBatchesBelow(cutOffset), batches.size()).clear();
    }

    /** Where a cut leaves the log: behind the last whole batch, also if the log start was raised above that. */
    private long endBelow(long cutOffset) {
        int whole = wholeBatchesBelow(cutOffset);
        if (whole > 0) {
            return Math.max(header(whole - 1).nextOffset(), producersFrom);
        }
        long left =
                Math.min(startOffset, batches.isEmpty() ? cutOffset : header(0).baseOffset());
        return Math.max(left, producersFrom);
    }

    /** The log that was found after a power cut: so many of the batches, from that offset on, all of it durable. */
    ExpectedLog found(long foundStart, int count) {
        ExpectedLog found = new ExpectedLog(topicId, foundStart);
        found.batches.addAll(batches.subList(0, count));
        found.producersFrom = producersFrom;
        return found;
    }

    private int wholeBatchesBelow(long offset) {
        int whole = batches.size();
        while (whole > 0 && header(whole - 1).nextOffset() > offset) {
            whole--;
        }
        return whole;
    }

    private long endOf(int whole) {
        return whole == 0
                ? startOffset
                : Math.max(startOffset, header(whole - 1).nextOffset());
    }

    /** Another topic's log, empty, is about to take this one's place: all of this one may be found meanwhile, or nothing. */
    void beginDeletion(UUID newTopicId) {
        replacement = new ExpectedLog(newTopicId, 0);
    }

    /**
     * The log is about to go on empty at another offset, with the epochs it had below: this log may be found meanwhile as
     * far as it lies below that offset, at least.
     *
     * @param keepsProducers whether it also knows the producers
     */
    void beginReset(long newStartOffset, boolean keepsProducers) {
        beginTruncation(newStartOffset);
        replacement = found(newStartOffset, wholeBatchesBelow(newStartOffset));
        replacement.producersFrom = keepsProducers ? producersFrom : newStartOffset;
    }

    /** The log that may be found instead. */
    Optional<ExpectedLog> replacement() {
        return Optional.ofNullable(replacement);
    }
}
