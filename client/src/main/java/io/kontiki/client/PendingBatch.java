package io.kontiki.client;

import com.google.protobuf.ByteString;
import com.google.protobuf.UnsafeByteOperations;
import io.kontiki.record.RecordBatchBuilder;
import io.kontiki.record.RecordHeader;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;
import java.util.concurrent.CompletableFuture;

/**
 * One batch on its way: first open, in a {@link PartitionBuffer} and under its lock; then closed, and touched by the
 * producer's loop only.
 */
final class PendingBatch {
    private final TopicPartition partition;
    private final RecordBatchBuilder builder;
    private final long createdNanos;
    private final long deadlineNanos;
    private final List<Waiter> waiters = new ArrayList<>();
    private final CompletableFuture<Void> settled = new CompletableFuture<>();
    private long reservedBytes;
    private ByteBuffer bytes;
    private long attempt;
    private boolean unresolved;
    private boolean handedOut;

    private record Waiter(CompletableFuture<RecordMetadata> future, long timestampMs) {}

    PendingBatch(TopicPartition partition, int maxBytes, long createdNanos, long deadlineNanos) {
        this.partition = partition;
        this.builder = new RecordBatchBuilder(maxBytes);
        this.createdNanos = createdNanos;
        this.deadlineNanos = deadlineNanos;
    }

    boolean hasRoomFor(EncodedRecord record) {
        return builder.hasRoomFor(record.key(), record.value(), record.headers());
    }

    CompletableFuture<RecordMetadata> add(EncodedRecord record) {
        builder.add(record.timestampMs(), record.key(), record.value(), record.headers());
        var future = new CompletableFuture<RecordMetadata>();
        waiters.add(new Waiter(future, record.timestampMs()));
        reservedBytes += record.reservedBytes();
        return future;
    }

    /** A record in the form that the batch takes it in; key and value may be null. */
    record EncodedRecord(
            ByteBuffer key, ByteBuffer value, List<RecordHeader> headers, long timestampMs, long reservedBytes) {}

    int sizeInBytes() {
        return builder.sizeInBytes();
    }

    /** Closes the batch, without a producer. */
    void seal() {
        if (bytes == null) {
            bytes = builder.build();
        }
    }

    /** Gives the batch its place in a producer's sequence. Only while it is certain that no broker has stored it. */
    void stamp(ProducerIdentity identity, int baseSequence) {
        if (handedOut) {
            // The transport may still read the bytes of an earlier attempt.
            bytes = ByteBuffer.allocate(bytes.limit()).put(bytes.rewind()).flip();
            handedOut = false;
        }
        RecordBatchBuilder.stampProducer(bytes, identity.id(), identity.epoch(), baseSequence);
        unresolved = false;
    }

    ByteString payload() {
        handedOut = true;
        return UnsafeByteOperations.unsafeWrap(bytes);
    }

    int recordCount() {
        return waiters.size();
    }

    TopicPartition partition() {
        return partition;
    }

    long createdNanos() {
        return createdNanos;
    }

    long deadlineNanos() {
        return deadlineNanos;
    }

    long reservedBytes() {
        return reservedBytes;
    }

    /** Number of the attempt under way; 0 if there is none. */
    long attempt() {
        return attempt;
    }

    boolean isInFlight() {
        return attempt != 0;
    }

    void startAttempt(long number) {
        attempt = number;
    }

    /** Ends the attempt under way, if any. */
    void endAttempt(boolean outcomeUnknown) {
        unresolved |= isInFlight() && outcomeUnknown;
        attempt = 0;
    }

    /** Whether some attempt may have stored the batch. */
    boolean isUnresolved() {
        return unresolved || isInFlight();
    }

    /** Done when every record's future is; never fails. */
    CompletableFuture<Void> settled() {
        return settled;
    }

    void succeed(OptionalLong baseOffset) {
        for (int i = 0; i < waiters.size(); i++) {
            var offset = baseOffset.isPresent() ? OptionalLong.of(baseOffset.getAsLong() + i) : baseOffset;
            var waiter = waiters.get(i);
            waiter.future()
                    .complete(
                            new RecordMetadata(partition.topic(), partition.partition(), offset, waiter.timestampMs()));
        }
        settled.complete(null);
    }

    void fail(KontikiException error) {
        waiters.forEach(waiter -> waiter.future().completeExceptionally(error));
        settled.complete(null);
    }
}
