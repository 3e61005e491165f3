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
 * survive a power cut. While it is compacted each batch may be found as it was or as compaction leaves it; then what was
 * found is the list, and only the producers depend on all that was written. While something is done that replaces the whole log, there are two logs that may be found. Not
 * thread-safe.
 */
final class ExpectedLog {
    private final UUID topicId;
    private final List<ByteBuffer> batches = new ArrayList<>();
    /** As appended: with those that compaction took or changed. */
    private final List<ByteBuffer> written = new ArrayList<>();

    private ExpectedCompaction compaction = ExpectedCompaction.NONE;
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

    /** What the log knows of producers. */
    ExpectedProducers producers(int maxProducerIds) {
        return ExpectedProducers.of(
                written.subList(wholeBelow(written, producersFrom), written.size()), maxProducerIds);
    }

    /** Number of the batch that holds an offset or, if none does, of the first behind it. */
    int indexOf(long offset) {
        return wholeBelow(batches, offset);
    }

    /** Whether there is surely a batch that begins there: nobody sees what a pass took below the log start. */
    boolean hasBatchAt(long baseOffset) {
        int index = indexOf(baseOffset);
        boolean isTold = index < batches.size() && header(index).baseOffset() == baseOffset;
        return isTold && (index >= indexOf(startOffset) || !compaction.mayTake(baseOffset));
    }

    BatchHeader header(int index) {
        return BatchHeader.at(batches.get(index), 0);
    }

    long startOffset() {
        return startOffset;
    }

    long endOffset() {
        return batches.isEmpty()
                ? startOffset
                : Math.max(startOffset, header(batches.size() - 1).nextOffset());
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
        written.add(batch);
    }

    /** So far the log says that it is durable. */
    void promise(long offset) {
        durableEnd = Math.max(durableEnd, Math.min(offset, endOffset()));
    }

    /** The log is about to begin there: from now on it may. */
    void raiseStart(long offset) {
        startOffset = Math.max(startOffset, offset);
    }

    /** So far the log start is on disk. */
    void promiseStart(long offset) {
        durableStart = offset;
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
        cut(batches, cutOffset);
        cut(written, endOffset());
    }

    /** Where a cut leaves the log: behind the last whole batch, also if the log start was raised above that. */
    private long endBelow(long cutOffset) {
        int whole = indexOf(cutOffset);
        if (whole > 0) {
            return Math.max(header(whole - 1).nextOffset(), producersFrom);
        }
        long left = Math.min(
                startOffset,
                written.isEmpty()
                        ? cutOffset
                        : BatchHeader.at(written.get(0), 0).baseOffset());
        return Math.max(left, producersFrom);
    }

    /**
     * The log that was found after a power cut.
     *
     * @param found its batches from its start on
     */
    ExpectedLog found(long foundStart, long foundEnd, List<ByteBuffer> found) {
        ExpectedLog now = new ExpectedLog(topicId, foundStart);
        now.batches.addAll(batches.subList(0, indexOf(foundStart)));
        now.batches.addAll(found);
        now.written.addAll(written.subList(0, wholeBelow(written, foundEnd)));
        now.producersFrom = producersFrom;
        now.compaction = compaction;
        return now;
    }

    private static int wholeBelow(List<ByteBuffer> batches, long offset) {
        int whole = batches.size();
        while (whole > 0 && BatchHeader.at(batches.get(whole - 1), 0).nextOffset() > offset) {
            whole--;
        }
        return whole;
    }

    private static void cut(List<ByteBuffer> batches, long offset) {
        batches.subList(wholeBelow(batches, offset), batches.size()).clear();
    }

    /** A pass of compaction is about to begin: from now on, until it ended, so much may change. */
    void beginCompaction(ExpectedCompaction pass) {
        compaction = pass;
    }

    /** What a pass that runs, or that a power cut ended, may have changed. */
    ExpectedCompaction compaction() {
        return compaction;
    }

    /**
     * The pass has ended or will change nothing any more.
     *
     * @param firstOffset of the first segment
     * @param left all batches from there on
     */
    void endCompaction(long firstOffset, List<ByteBuffer> left) {
        List<ByteBuffer> before = batches.subList(indexOf(firstOffset), batches.size());
        before.clear();
        before.addAll(left);
        compaction = ExpectedCompaction.NONE;
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
        replacement = found(newStartOffset, newStartOffset, List.of());
        replacement.producersFrom = keepsProducers ? producersFrom : newStartOffset;
    }

    /** The log that may be found instead. */
    Optional<ExpectedLog> replacement() {
        return Optional.ofNullable(replacement);
    }
}
