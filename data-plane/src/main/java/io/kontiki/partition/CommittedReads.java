package io.kontiki.partition;

import io.kontiki.log.LeaderEpochIndex;
import io.kontiki.log.OffsetOutOfRangeException;
import io.kontiki.log.PartitionLog;
import io.kontiki.log.ReadMemory;
import io.kontiki.log.TimestampOffset;
import io.kontiki.proto.v1.ErrorReason;
import io.kontiki.record.InvalidBatchException;
import io.kontiki.replication.Admission;
import io.kontiki.replication.Lease;
import io.kontiki.storage.StorageException;
import java.nio.ByteBuffer;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.function.Consumer;
import java.util.function.LongUnaryOperator;

/**
 * What clients may read of a partition: committed records and their offsets, by the state that its event loop last
 * published. Any thread; may block on the disk.
 */
final class CommittedReads {
    private final String name;
    private final LogPlace place;
    private final ReplicaDriver driver;
    private final Consumer<RuntimeException> unreadable;

    /** @param unreadable told of what the disk does not give back, or not as it was */
    CommittedReads(String name, LogPlace place, ReplicaDriver driver, Consumer<RuntimeException> unreadable) {
        this.name = name;
        this.place = place;
        this.driver = driver;
        this.unreadable = unreadable;
    }

    private PartitionLog log() {
        return place.log();
    }

    // ---- Records

    /** @see Partition#read */
    FetchResult batches(long offset, int maxBytes, OptionalInt leaderEpoch, OptionalInt lastEpoch, ReadMemory memory) {
        Lease lease = driver.lease();
        ReadView view = driver.view();
        long start = log().logStartOffset();
        Optional<ProduceOutcome.Refused> refusal = refusal(mayRead(lease, view, leaderEpoch));
        if (refusal.isPresent()) {
            return new FetchResult.Refused(
                    refusal.get().reason(), refusal.get().message(), view.highWatermark(), start);
        }
        Optional<FetchResult> parted = offset < start ? Optional.empty() : parted(offset, lastEpoch, view, start);
        if (parted.isPresent()) {
            return parted.get();
        }
        if (offset < start || offset > log().endOffset()) {
            return outOfRange(offset, lease, view, start);
        }
        if (offset >= view.highWatermark() || maxBytes <= 0) {
            return new FetchResult.Records(ByteBuffer.allocate(0), view.highWatermark(), start);
        }
        try {
            ByteBuffer bytes = place.read(log ->
                    log.read(offset, maxBytes, view.highWatermark(), memory).bytes());
            return new FetchResult.Records(bytes, view.highWatermark(), start);
        } catch (OffsetOutOfRangeException e) {
            return outOfRange(offset, lease, view, log().logStartOffset());
        } catch (StorageException | InvalidBatchException e) {
            unreadable.accept(e);
            return new FetchResult.Refused(
                    ErrorReason.ERROR_REASON_STORAGE_ERROR, e.getMessage(), view.highWatermark(), start);
        }
    }

    /** What was read in an epoch up to an offset is in this log if the epoch ends there or beyond (rule F3, KIP-320). */
    private Optional<FetchResult> parted(long offset, OptionalInt lastEpoch, ReadView view, long start) {
        if (lastEpoch.isEmpty()) {
            return Optional.empty();
        }
        int epoch = lastEpoch.getAsInt();
        LeaderEpochIndex epochs = log().epochs();
        int latest = epochs.latestEpoch().orElse(-1);
        if (epoch < 0 || epoch > latest) {
            return Optional.of(new FetchResult.Refused(
                    unknownEpoch(epoch, view),
                    "last_epoch is " + epoch + ", not 0 to " + latest + ", the leader epoch of " + name,
                    view.highWatermark(),
                    start));
        }
        long end = epochs.endOf(epoch, log().endOffset()).endOffset();
        return end >= offset
                ? Optional.empty()
                : Optional.of(new FetchResult.Diverged(
                        end,
                        "offset " + offset + " of " + name + " was reached in leader epoch " + epoch
                                + ", which ends at " + end + " in the log: what was read beyond is not there any more",
                        view.highWatermark(),
                        start));
    }

    /**
     * Whoever read in a later epoch has come to a leader that does not know yet that it was deposed. A leader that may be
     * read from has its own epoch in the log; one that has not leads no longer.
     */
    private static ErrorReason unknownEpoch(int epoch, ReadView view) {
        if (epoch < 0) {
            return ErrorReason.ERROR_REASON_INVALID_ARGUMENT;
        }
        return epoch > view.leaderEpoch()
                ? ErrorReason.ERROR_REASON_UNKNOWN_LEADER_EPOCH
                : ErrorReason.ERROR_REASON_OFFSET_NOT_AVAILABLE;
    }

    private FetchResult outOfRange(long offset, Lease lease, ReadView view, long start) {
        // Who does not know how far the log is committed by now cannot tell: the offset may turn out to be right.
        ErrorReason reason = offset > start && mayTellEnd(lease, view) instanceof Admission.Refused
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
        Lease lease = driver.lease();
        return lookup(mayRead(lease, driver.view(), OptionalInt.empty()))
                .orElseGet(() -> new OffsetLookup.Found(log().logStartOffset(), OptionalLong.empty()));
    }

    OffsetLookup latest() {
        return end(highWatermark -> highWatermark);
    }

    /** @see Partition#recordsEndOffset */
    OffsetLookup recordsEnd() {
        return end(highWatermark -> log().epochs().recordsEnd(highWatermark));
    }

    private OffsetLookup end(LongUnaryOperator ofHighWatermark) {
        Lease lease = driver.lease();
        ReadView view = driver.view();
        return lookup(mayTellEnd(lease, view))
                .orElseGet(() -> new OffsetLookup.Found(
                        ofHighWatermark.applyAsLong(view.highWatermark()), OptionalLong.empty()));
    }

    /** @see Partition#offsetForTimestamp */
    OffsetLookup atTime(long timestampMillis) {
        Lease lease = driver.lease();
        ReadView view = driver.view();
        Optional<OffsetLookup> refused = lookup(mayRead(lease, view, OptionalInt.empty()));
        if (refused.isPresent()) {
            return refused.get();
        }
        Optional<TimestampOffset> found;
        try {
            found = place.read(log -> log.offsetForTimestamp(timestampMillis));
        } catch (StorageException | InvalidBatchException e) {
            unreadable.accept(e);
            return new OffsetLookup.Refused(ErrorReason.ERROR_REASON_STORAGE_ERROR, e.getMessage());
        }
        if (found.isEmpty() || found.get().offset() >= view.highWatermark()) {
            return lookup(mayTellEnd(lease, view)).orElseGet(OffsetLookup.None::new);
        }
        return new OffsetLookup.Found(
                found.get().offset(), OptionalLong.of(found.get().timestampMs()));
    }

    private Optional<OffsetLookup> lookup(Admission admission) {
        return refusal(admission).map(refused -> new OffsetLookup.Refused(refused.reason(), refused.message()));
    }

    // ---- What may be deleted

    /**
     * Why records below an offset must not be deleted now, if so.
     *
     * @param allCommitted whether it was asked for just where the committed records end
     */
    Optional<TrimOutcome.Refused> refusedTrim(ReadView view, long offset, boolean allCommitted) {
        boolean asksForEnd = allCommitted || offset > view.highWatermark();
        Lease lease = driver.lease();
        Admission admission = asksForEnd ? mayTellEnd(lease, view) : mayRead(lease, view, OptionalInt.empty());
        return refusal(admission)
                .map(refused -> new TrimOutcome.Refused(refused.reason(), refused.message()))
                .or(() -> Refusals.ofTrim(offset, view.highWatermark(), name));
    }

    // ---- Whether this replica may say so

    private Admission mayRead(Lease lease, ReadView view, OptionalInt leaderEpoch) {
        return view.standing().admitRead(leaderEpoch, lease, driver.nowNanos());
    }

    private Admission mayTellEnd(Lease lease, ReadView view) {
        return view.standing().admitLatest(lease, driver.nowNanos());
    }

    private Optional<ProduceOutcome.Refused> refusal(Admission admission) {
        if (place.dir().isOffline()) {
            return Optional.of(Refusals.ofOffline(name));
        }
        return admission instanceof Admission.Refused refused
                ? Optional.of(Refusals.of(refused, name))
                : Optional.empty();
    }
}
