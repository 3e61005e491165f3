package io.kontiki.client;

import io.kontiki.client.PendingBatch.EncodedRecord;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;
import java.util.function.LongSupplier;

/**
 * Collects one partition's records into batches, before they get their place in the sequence. Callers of {@code send}
 * add, the producer's loop takes; the lock is held while one record is copied or packed at most.
 */
final class PartitionBuffer {
    private static final int LEAST_BYTES = 4096;

    private final TopicPartition partition;
    private final long lingerNanos;
    private final long deliveryNanos;
    private final BatchBuffers buffers;
    private final Consumer<PendingBatch> onOpened;
    private final Deque<PendingBatch> batches = new ArrayDeque<>();
    private boolean lastIsFull;
    /** Size of the batch before: the next one will be much like it, and need not grow to it by copying. */
    private int expectedBytes = LEAST_BYTES;

    private boolean closed;

    /** @param onOpened told of each new batch, before its first record; must not block */
    PartitionBuffer(
            TopicPartition partition,
            long lingerNanos,
            long deliveryNanos,
            BatchBuffers buffers,
            Consumer<PendingBatch> onOpened) {
        this.buffers = buffers;
        this.onOpened = onOpened;
        this.partition = partition;
        this.lingerNanos = lingerNanos;
        this.deliveryNanos = deliveryNanos;
    }

    /**
     * What became of a record.
     *
     * @param needsLook whether a batch began or became full, so that the loop has something to do
     */
    record Appended(CompletableFuture<RecordMetadata> future, boolean needsLook) {}

    /**
     * Adds a record, unless that needs a new batch and {@code onlyIfRoom} is set.
     *
     * @param bounds what a new batch keeps to
     */
    synchronized Optional<Appended> append(
            EncodedRecord record, BatchBounds bounds, boolean onlyIfRoom, LongSupplier nanoTime) {
        if (closed) {
            throw new KontikiException(ErrorReason.CLOSED, "the producer is closed");
        }
        var last = batches.peekLast();
        boolean room = last != null && !lastIsFull && last.hasRoomFor(record);
        if (!room && onlyIfRoom) {
            return Optional.empty();
        }
        if (!room) {
            long nowNanos = nanoTime.getAsLong();
            last = new PendingBatch(partition, bounds, buffers.take(expectedBytes), nowNanos, nowNanos + deliveryNanos);
            batches.addLast(last);
            onOpened.accept(last);
        }
        var future = last.add(record);
        lastIsFull = last.isFull();
        return Optional.of(new Appended(future, !room || lastIsFull));
    }

    /** Takes the oldest batch if it is full, has lingered long enough, or must not linger. */
    Optional<PendingBatch> poll(boolean linger, long nowNanos) {
        var batch = pollOpen(linger, nowNanos);
        // Outside the lock: a codec may have much left to write.
        batch.ifPresent(PendingBatch::seal);
        return batch;
    }

    private synchronized Optional<PendingBatch> pollOpen(boolean linger, long nowNanos) {
        var first = batches.peekFirst();
        boolean ready = first != null && (!linger || isFull(first) || nowNanos - first.createdNanos() >= lingerNanos);
        return ready ? Optional.of(take()) : Optional.empty();
    }

    private boolean isFull(PendingBatch first) {
        return batches.size() > 1 || (first == batches.peekLast() && lastIsFull);
    }

    private PendingBatch take() {
        var first = batches.pollFirst();
        expectedBytes = Math.max(LEAST_BYTES, first.sizeInBytes());
        if (batches.isEmpty()) {
            lastIsFull = false;
        }
        return first;
    }

    /** When the oldest batch has lingered long enough, if there is one. */
    synchronized OptionalLong lingerEndNanos() {
        var first = batches.peekFirst();
        return first == null ? OptionalLong.empty() : OptionalLong.of(first.createdNanos() + lingerNanos);
    }

    /** Takes the batches whose delivery time is over before anybody asked for them. */
    synchronized List<PendingBatch> expire(long nowNanos) {
        if (!isOverdue(nowNanos)) {
            return List.of();
        }
        var expired = new ArrayList<PendingBatch>();
        while (isOverdue(nowNanos)) {
            expired.add(take());
        }
        return expired;
    }

    private boolean isOverdue(long nowNanos) {
        return !batches.isEmpty() && nowNanos - batches.peekFirst().deadlineNanos() >= 0;
    }

    /** Whether the oldest batch takes no more records. */
    synchronized boolean hasFull() {
        var first = batches.peekFirst();
        return first != null && isFull(first);
    }

    synchronized boolean isEmpty() {
        return batches.isEmpty();
    }

    /** Refuses further records and gives up those that are left. */
    synchronized List<PendingBatch> close() {
        closed = true;
        var left = new ArrayList<>(batches);
        batches.clear();
        return left;
    }
}
