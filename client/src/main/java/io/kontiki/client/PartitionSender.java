package io.kontiki.client;

import io.kontiki.record.Sequences;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * Decides for one partition which batch goes out next and what an answer means for it. Pure: no I/O, the time is passed
 * in. Driven by the producer's loop alone.
 *
 * <p>Go-back-N: batches are numbered in the order of the sends, at most {@code maxInFlight} of them wait for answers (only
 * full ones join two that do), and when one must be sent again, so must all that follow it; answers to their earlier
 * attempts no longer count. After a failure the first batch goes out alone until it is answered well. The order of the log
 * is therefore the order of the sends, and a batch stored twice is recognised by its sequence (rules D3, D8 and E6 of the
 * protocol).
 *
 * <p>A batch that is too large for the broker is parted, as long as it has more than one record.
 *
 * <p>Only the oldest batch fails for good; a final refusal of a later one is a reason to ask again in its turn. Then:
 * <ul>
 *   <li>If no attempt of the failed batch may have stored it, neither can those behind it be stored, since their
 *       sequences do not follow: they go on under a fresh producer id.
 *   <li>Otherwise those sent already keep their id and sequence, and each gets the broker's own answer; the others wait
 *       for that, and go on under a fresh id. No batch with an unknown outcome ever changes its id (rule D9).
 * </ul>
 */
final class PartitionSender {
    /** While so many wait for answers, only full batches follow: a message costs processor time, whatever it holds. */
    private static final int ONLY_FULL_FROM = 2;

    private final TopicPartition partition;
    private final int maxInFlight;
    private final boolean idempotent;
    private final RetryPause pause;
    private final FollowedLeader leader = new FollowedLeader();
    private final Deque<PendingBatch> unacked = new ArrayDeque<>();
    private ProducerIdentity identity;
    private ProducerIdentity spentIdentity;
    private int nextSequence;
    /** Under the present identity there may be a gap: it takes no further batches. */
    private boolean gap;

    private boolean probing;
    private KontikiException lastFailure;

    PartitionSender(TopicPartition partition, int maxInFlight, boolean idempotent, Backoff backoff) {
        this.partition = partition;
        this.maxInFlight = maxInFlight;
        this.idempotent = idempotent;
        this.pause = new RetryPause(backoff);
    }

    TopicPartition partition() {
        return partition;
    }

    /** Where to send to now. */
    Optional<HostPort> target() {
        return leader.address();
    }

    boolean isIdle() {
        return unacked.isEmpty();
    }

    /** When the pause after a failure ends, if one is under way. */
    OptionalLong retryAtNanos(long nowNanos) {
        return pause.isUnderWay(nowNanos) ? pause.endNanos() : OptionalLong.empty();
    }

    /** The leader as the metadata has it now. What a deposed leader still owes is asked of the new one, at once. */
    void onLeader(Optional<Leader> now) {
        boolean first = !leader.isKnown();
        if (leader.update(now)) {
            pause.end();
            if (!first) {
                rewind();
            }
        }
    }

    /** Whether a producer id other than the spent one is needed before anything can go out. */
    boolean needsIdentity() {
        return idempotent && identity == null;
    }

    /** The id that is no longer good for this partition. */
    boolean isSpent(ProducerIdentity candidate) {
        return candidate.equals(spentIdentity);
    }

    void useIdentity(ProducerIdentity fresh) {
        identity = fresh;
        nextSequence = 0;
        gap = false;
        unacked.forEach(this::stamp);
    }

    private void stamp(PendingBatch batch) {
        batch.stamp(identity, nextSequence);
        nextSequence = Sequences.plus(nextSequence, batch.recordCount());
    }

    /** Whether something may go out now: one waits to be sent again, or the window has room for a new one. */
    boolean maySend(long nowNanos) {
        return target().isPresent()
                && !pause.isUnderWay(nowNanos)
                && !needsIdentity()
                && inFlight() < (probing ? 1 : maxInFlight);
    }

    private int inFlight() {
        int count = 0;
        for (var batch : unacked) {
            count += batch.isInFlight() ? 1 : 0;
        }
        return count;
    }

    /** The next batch to send again, if {@link #maySend}. */
    Optional<PendingBatch> nextAgain() {
        for (var batch : unacked) {
            if (!batch.isInFlight()) {
                return Optional.of(batch);
            }
        }
        return Optional.empty();
    }

    /**
     * Whether a new batch may be added, if {@link #maySend} and nothing is to be sent again. One that has room for more
     * records gathers them while others are under way.
     *
     * @param full whether the batch takes no more records
     */
    boolean takesNew(boolean full) {
        return !gap && unacked.size() < (full ? maxInFlight : Math.min(maxInFlight, ONLY_FULL_FROM));
    }

    void add(PendingBatch batch) {
        if (idempotent) {
            stamp(batch);
        }
        unacked.addLast(batch);
    }

    /** The batch went out. */
    void onSent(PendingBatch batch, long attempt) {
        batch.startAttempt(attempt);
    }

    /** Whether an answer to this attempt still counts. */
    boolean awaits(PendingBatch batch, long attempt) {
        return batch.attempt() == attempt && unacked.contains(batch);
    }

    /** The batch is stored. */
    void onStored(PendingBatch batch, OptionalLong baseOffset) {
        unacked.remove(batch);
        pause.onSuccess();
        probing = false;
        lastFailure = null;
        closeGapIfDrained();
        batch.succeed(baseOffset);
    }

    /**
     * The attempt failed.
     *
     * @param retriable whether another attempt may go well
     */
    void onFailed(PendingBatch batch, KontikiException error, boolean retriable, long nowNanos) {
        batch.endAttempt(batch.attempt(), error.reason().definite());
        lastFailure = error;
        boolean first = batch == unacked.peekFirst();
        if (first && error.reason() == ErrorReason.UNKNOWN_PRODUCER && !batch.isUnresolved() && !gap) {
            // Everything before it was acknowledged, so the broker merely forgot an id that was long unused.
            rewind();
            spendIdentity();
        } else if (first && mayBeSplit(batch, error)) {
            splitFirst();
        } else if (retriable || !first) {
            rewind();
            pause.begin(nowNanos);
        } else {
            failFirst(gap ? behindGap(error) : error);
        }
    }

    /**
     * An attempt that no longer counts was answered, or will not be any more. It decides nothing, but a refusal takes back the
     * doubt whether it stored the batch.
     */
    void onAnsweredLate(PendingBatch batch, long attempt, boolean unstored) {
        batch.endAttempt(attempt, unstored);
    }

    private boolean mayBeSplit(PendingBatch batch, KontikiException error) {
        return error.reason() == ErrorReason.RECORD_TOO_LARGE
                && batch.recordCount() > 1
                && !batch.isUnresolved()
                && !gap;
    }

    /**
     * A broker takes less at once than the producer thought: each half is tried by itself. Together they take the place of
     * the whole in the sequence, so the batches behind keep theirs, and with it what is open about them: what was sent of
     * them may be stored yet, once the halves are.
     */
    private void splitFirst() {
        rewind();
        var first = unacked.removeFirst();
        var halves = first.split();
        unacked.addFirst(halves.get(1));
        unacked.addFirst(halves.get(0));
        if (idempotent) {
            int middle = Sequences.plus(first.baseSequence(), halves.get(0).recordCount());
            halves.get(0).stamp(identity, first.baseSequence());
            halves.get(1).stamp(identity, middle);
        }
    }

    /** A refusal for the sequence alone, behind a batch whose outcome was never learned, is that batch's doing. */
    private KontikiException behindGap(KontikiException error) {
        return switch (error.reason()) {
            case OUT_OF_ORDER_SEQUENCE, UNKNOWN_PRODUCER ->
                new KontikiException(
                        ErrorReason.EARLIER_BATCH_FAILED,
                        "partition " + partition
                                + ": a batch sent before this one failed, and this one may not overtake it",
                        error);
            default -> error;
        };
    }

    /** Fails the batches whose delivery time is over. */
    void expire(long nowNanos) {
        while (!unacked.isEmpty() && nowNanos - unacked.peekFirst().deadlineNanos() >= 0) {
            failFirst(Deliveries.timedOut(partition, lastFailure));
        }
    }

    private void failFirst(KontikiException error) {
        var first = unacked.pollFirst();
        boolean unresolved = first.isUnresolved();
        first.leaveAttempt();
        probing = true;
        if (idempotent && identity != null) {
            if (unresolved) {
                gap = true;
                closeGapIfDrained();
            } else {
                rewind();
                spendIdentity();
            }
        }
        first.fail(new KontikiException(error.reason(), error.getMessage(), error.getCause(), !unresolved));
    }

    private void closeGapIfDrained() {
        if (gap && unacked.isEmpty()) {
            spendIdentity();
        }
    }

    private void spendIdentity() {
        spentIdentity = identity;
        identity = null;
        gap = false;
    }

    /** Every batch is to be sent again, in order, the first one alone. */
    private void rewind() {
        for (var batch : unacked) {
            batch.leaveAttempt();
        }
        probing = true;
    }

    /** Fails everything. */
    void abandon(KontikiException error) {
        var all = List.copyOf(unacked);
        unacked.clear();
        for (var batch : all) {
            boolean definite = !batch.isUnresolved();
            batch.leaveAttempt();
            batch.fail(new KontikiException(error.reason(), error.getMessage(), error.getCause(), definite));
        }
        if (idempotent && identity != null) {
            spendIdentity();
        }
    }
}
