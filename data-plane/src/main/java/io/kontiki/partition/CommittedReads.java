package io.kontiki.partition;

import io.kontiki.log.OffsetOutOfRangeException;
import io.kontiki.log.PartitionLog;
import io.kontiki.log.TimestampOffset;
import io.kontiki.proto.v1.ErrorReason;
import io.kontiki.record.InvalidBatchException;
import io.kontiki.storage.StorageException;
import java.nio.ByteBuffer;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.function.Consumer;
import java.util.function.Supplier;

/**
 * What clients may read of a partition: committed records and their offsets, by the state that its event loop last
 * published. Any thread; may block on the disk.
 */
final class CommittedReads {
    private final String name;
    private final LogPlace place;
    private final Supplier<ReadView> view;
    private final Consumer<RuntimeException> unreadable;

    /** @param unreadable told of what the disk does not give back, or not as it was */
    CommittedReads(String name, LogPlace place, Supplier<ReadView> view, Consumer<RuntimeException> unreadable) {
        this.name = name;
        this.place = place;
        this.view = view;
        this.unreadable = unreadable;
    }

    private PartitionLog log() {
        return place.log();
    }

    // ---- Records

    /** @see Partition#read */
    FetchResult batches(long offset, int maxBytes, OptionalInt leaderEpoch) {
        ReadView view = this.view.get();
        long start = log().logStartOffset();
        Optional<ProduceOutcome.Refused> refusal = Refusals.ofRead(place.dir(), view, leaderEpoch, name);
        if (refusal.isPresent()) {
            return new FetchResult.Refused(
                    refusal.get().reason(), refusal.get().message(), view.highWatermark(), start);
        }
        if (offset < start || offset > log().endOffset()) {
            return outOfRange(offset, view, start);
        }
        if (offset >= view.highWatermark() || maxBytes <= 0) {
            return new FetchResult.Records(ByteBuffer.allocate(0), view.highWatermark(), start);
        }
        try {
            ByteBuffer bytes = place.read(
                    log -> log.read(offset, maxBytes, view.highWatermark()).bytes());
            return new FetchResult.Records(bytes, view.highWatermark(), start);
        } catch (OffsetOutOfRangeException e) {
            return outOfRange(offset, view, log().logStartOffset());
        } catch (StorageException | InvalidBatchException e) {
            unreadable.accept(e);
            return new FetchResult.Refused(
                    ErrorReason.ERROR_REASON_STORAGE_ERROR, e.getMessage(), view.highWatermark(), start);
        }
    }

    private FetchResult outOfRange(long offset, ReadView view, long start) {
        // A new leader may not know yet how far the log is committed: the offset may turn out to be right.
        ErrorReason reason = offset > start && !view.canAnswerLatest()
                ? ErrorReason.ERROR_REASON_OFFSET_NOT_AVAILABLE
                : ErrorReason.ERROR_REASON_OFFSET_OUT_OF_RANGE;
        return new FetchResult.Refused(
                reason,
                "offset " + offset + " of " + name + " is not within " + start + " to " + view.highWatermark(),
                view.highWatermark(),
                start);
    }

    // ---- Offsets

    OffsetLookup earliest() {
        return refusedLookup().orElseGet(() -> new OffsetLookup.Found(log().logStartOffset(), OptionalLong.empty()));
    }

    OffsetLookup latest() {
        ReadView view = this.view.get();
        return refusedLookup()
                .orElseGet(() -> view.canAnswerLatest()
                        ? new OffsetLookup.Found(view.highWatermark(), OptionalLong.empty())
                        : latestUnknown());
    }

    /** Rule L13. */
    private OffsetLookup latestUnknown() {
        return new OffsetLookup.Refused(
                ErrorReason.ERROR_REASON_OFFSET_NOT_AVAILABLE,
                "the new leader of " + name + " does not know yet how far the log is committed");
    }

    /** @see Partition#offsetForTimestamp */
    OffsetLookup atTime(long timestampMillis) {
        Optional<OffsetLookup> refused = refusedLookup();
        if (refused.isPresent()) {
            return refused.get();
        }
        ReadView view = this.view.get();
        Optional<TimestampOffset> found;
        try {
            found = place.read(log -> log.offsetForTimestamp(timestampMillis));
        } catch (StorageException | InvalidBatchException e) {
            unreadable.accept(e);
            return new OffsetLookup.Refused(ErrorReason.ERROR_REASON_STORAGE_ERROR, e.getMessage());
        }
        if (found.isEmpty() || found.get().offset() >= view.highWatermark()) {
            return view.canAnswerLatest() ? new OffsetLookup.None() : latestUnknown();
        }
        return new OffsetLookup.Found(
                found.get().offset(), OptionalLong.of(found.get().timestampMs()));
    }

    private Optional<OffsetLookup> refusedLookup() {
        return Refusals.ofRead(place.dir(), view.get(), OptionalInt.empty(), name)
                .map(refused -> new OffsetLookup.Refused(refused.reason(), refused.message()));
    }
}
