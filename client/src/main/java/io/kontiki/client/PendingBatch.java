package io.kontiki.client;

import com.google.protobuf.ByteString;
import com.google.protobuf.UnsafeByteOperations;
import io.kontiki.record.Compression;
import io.kontiki.record.InvalidBatchException;
import io.kontiki.record.Record;
import io.kontiki.record.RecordBatch;
import io.kontiki.record.RecordBatchBuilder;
import io.kontiki.record.RecordHeader;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.concurrent.CompletableFuture;

/**
 * One batch on its way: first open, in a {@link PartitionBuffer} and under its lock; then closed, and touched by the
 * producer's loop only.
 */
final class PendingBatch {
    /**
     * Records of one batch take no more than this before they are packed, however well they shrink: brokers refuse what
     * expands to more than 64 MiB, and each reader must have room for it.
     */
    private static final long MAX_UNPACKED_BYTES = 16 << 20;

    private final TopicPartition partition;
    private final BatchBounds bounds;
    private RecordBatchBuilder builder;
    private final long createdNanos;
    private final long deadlineNanos;
    private final List<Waiter> waiters = new ArrayList<>();
    private final CompletableFuture<Void> settled = new CompletableFuture<>();
    private long reservedBytes;
    private ByteBuffer bytes;
    private long attempt;
    private int attempts;
    /** Attempts that no answer has come to yet, that under way among them. */
    private final Set<Long> unanswered = new HashSet<>();
    /** Whether an attempt ended without a word on whether it stored the batch. */
    private boolean outcomeLost;

    private boolean handedOut;
    private boolean stored;

    /** Who sent a record, and waits. */
    private static final class Waiter extends CompletableFuture<RecordMetadata> {
        private final long timestampMs;

        Waiter(long timestampMs) {
            this.timestampMs = timestampMs;
        }

        @Override
        public <U> CompletableFuture<U> newIncompleteFuture() {
            return new CompletableFuture<>();
        }
    }

    /** @param memory where its bytes shall be, as long as they fit */
    PendingBatch(
            TopicPartition partition, BatchBounds bounds, ByteBuffer memory, long createdNanos, long deadlineNanos) {
        this.partition = partition;
        this.bounds = bounds;
        this.builder = new RecordBatchBuilder(bounds.targetBytes(), bounds.codec(), memory);
        this.createdNanos = createdNanos;
        this.deadlineNanos = deadlineNanos;
    }

    /** @throws KontikiException UNSUPPORTED_COMPRESSION if this machine cannot load the codec's library */
    static void requireAvailable(Compression codec) {
        try {
            new RecordBatchBuilder(RecordBatchBuilder.MIN_BYTES, codec);
        } catch (InvalidBatchException e) {
            throw new KontikiException(ErrorReason.UNSUPPORTED_COMPRESSION, e.getMessage(), e);
        }
    }

    boolean hasRoomFor(EncodedRecord record) {
        return reservedBytes + record.reservedBytes() <= MAX_UNPACKED_BYTES
                && builder.hasRoomFor(record.key(), record.value(), record.headers());
    }

    CompletableFuture<RecordMetadata> add(EncodedRecord record) {
        builder.add(record.timestampMs(), record.key(), record.value(), record.headers());
        var waiter = new Waiter(record.timestampMs());
        waiters.add(waiter);
        reservedBytes += record.reservedBytes();
        return waiter;
    }

    /** A record in the form that the batch takes it in; key and value may be null. */
    record EncodedRecord(
            ByteBuffer key, ByteBuffer value, List<RecordHeader> headers, long timestampMs, long reservedBytes) {}

    /** Whether the batch shall wait for no further records. That no other fits is found by the next one. */
    boolean isFull() {
        return builder.sizeInBytes() >= bounds.targetBytes();
    }

    /** As far as is known while it is open: a codec holds some back. */
    int sizeInBytes() {
        return bytes == null ? builder.sizeInBytes() : bytes.limit();
    }

    /** Closes the batch, without a producer. Its checksum has to wait for that. */
    void seal() {
        if (bytes == null) {
            builder.finish();
        }
    }

    private ByteBuffer built() {
        if (bytes == null) {
            bytes = builder.build();
            builder = null;
        }
        return bytes;
    }

    /** Fails the closed batch if no broker would take it: its record was let in in the hope that it would shrink. */
    boolean failIfTooLarge() {
        if (sizeInBytes() <= bounds.limitBytes()) {
            return false;
        }
        fail(new KontikiException(
                ErrorReason.RECORD_TOO_LARGE,
                "the record takes " + sizeInBytes() + " bytes packed by " + bounds.codec()
                        + ", max.message.bytes of topic " + partition.topic() + " is " + bounds.limitBytes()));
        return true;
    }

    /**
     * Parts the closed batch into two with about half of its records each, both closed. This one settles when they have.
     * Only with at least two records, and while it is certain that no broker has stored it.
     */
    List<PendingBatch> split() {
        int count = recordCount();
        var first =
                new PendingBatch(partition, bounds, ByteBuffer.allocate(sizeInBytes()), createdNanos, deadlineNanos);
        var second =
                new PendingBatch(partition, bounds, ByteBuffer.allocate(sizeInBytes()), createdNanos, deadlineNanos);
        int next = 0;
        for (var record : RecordBatch.at(built(), 0)) {
            (next < count / 2 ? first : second).take(record, waiters.get(next));
            next++;
        }
        first.seal();
        second.seal();
        CompletableFuture.allOf(first.settled, second.settled).thenRun(() -> settled.complete(null));
        return List.of(first, second);
    }

    private void take(Record record, Waiter waiter) {
        builder.add(
                record.timestampMs(),
                record.hasKey() ? record.key() : null,
                record.hasValue() ? record.value() : null,
                record.headers());
        waiters.add(waiter);
    }

    /** Sequence of the first record, once stamped. */
    int baseSequence() {
        return RecordBatch.at(bytes, 0).baseSequence();
    }

    /** Gives the batch its place in a producer's sequence. Only while it is certain that no broker has stored it. */
    void stamp(ProducerIdentity identity, int baseSequence) {
        if (bytes == null) {
            bytes = builder.build(identity.id(), identity.epoch(), baseSequence);
            builder = null;
        } else {
            restamp(identity, baseSequence);
        }
        unanswered.clear();
        outcomeLost = false;
    }

    private void restamp(ProducerIdentity identity, int baseSequence) {
        if (handedOut) {
            // The transport may still read the bytes of an earlier attempt.
            bytes = ByteBuffer.allocate(bytes.limit()).put(bytes.rewind()).flip();
            handedOut = false;
        }
        RecordBatchBuilder.stampProducer(bytes, identity.id(), identity.epoch(), baseSequence);
    }

    ByteString payload() {
        handedOut = true;
        return UnsafeByteOperations.unsafeWrap(built());
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
        attempts++;
        unanswered.add(number);
    }

    /** The attempt under way, if any, no longer decides; whether it stored the batch is open until it is answered. */
    void leaveAttempt() {
        attempt = 0;
    }

    /**
     * An attempt has its answer, or will get none any more.
     *
     * @param unstored whether it certainly did not store the batch
     */
    void endAttempt(long number, boolean unstored) {
        if (unanswered.remove(number)) {
            outcomeLost |= !unstored;
        }
        if (attempt == number) {
            attempt = 0;
        }
    }

    /** Whether some attempt under the present sequence may have stored the batch. */
    boolean isUnresolved() {
        return outcomeLost || !unanswered.isEmpty();
    }

    /**
     * The memory of a settled batch, if it is certain that nobody reads it any more: its only attempt was answered. Of an
     * earlier one the transport may hold the bytes still.
     */
    Optional<ByteBuffer> spentMemory() {
        return stored && attempts == 1 ? Optional.of(bytes) : Optional.empty();
    }

    /** Done when every record's future is; never fails. */
    CompletableFuture<Void> settled() {
        return settled;
    }

    void succeed(OptionalLong baseOffset) {
        for (int i = 0; i < waiters.size(); i++) {
            var offset = baseOffset.isPresent() ? OptionalLong.of(baseOffset.getAsLong() + i) : baseOffset;
            var waiter = waiters.get(i);
            waiter.complete(new RecordMetadata(partition.topic(), partition.partition(), offset, waiter.timestampMs));
        }
        stored = true;
        settled.complete(null);
    }

    void fail(KontikiException error) {
        waiters.forEach(waiter -> waiter.completeExceptionally(error));
        settled.complete(null);
    }
}
