package io.kontiki.log;

import io.kontiki.record.InvalidBatchException;
import io.kontiki.record.RecordBatch;
import io.kontiki.record.RecordBatches;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.Optional;

/**
 * What lies between two offsets of a log, in short (rule R14). It covers all bytes of the batches, so also the offsets and
 * leader epochs, which a batch's own checksum leaves out.
 *
 * @param fromOffset where it begins: the base of a batch, or a log start inside the first one
 * @param toOffset behind the last batch
 * @param sha256 in hexadecimal
 * @param compacted whether compaction was there: then other copies may differ
 */
public record RangeDigest(long fromOffset, long toOffset, String sha256, boolean compacted) {
    private static final int CHUNK_BYTES = 1 << 20;

    /** Reads as {@link PartitionLog#read} does. */
    @FunctionalInterface
    public interface Batches {
        LogSlice read(long fromOffset, int maxBytes, long toOffsetExclusive);
    }

    /**
     * Digests as many batches as fit. Each is compared with its checksum and the one before, so what is digested is what
     * was appended, as far as the replica itself can tell. Blocks as the pace says.
     *
     * @param bytesMax at or above so many bytes no more batches are read
     * @return ends before {@code toOffset} if that was too much, or no batch of the log ends exactly there; empty if the pace
     *     ended it
     * @throws OffsetOutOfRangeException if the log does not hold {@code fromOffset}
     * @throws InvalidBatchException if a batch is damaged, or does not follow the one before
     */
    public static Optional<RangeDigest> of(
            Batches log, long fromOffset, long toOffset, long bytesMax, CleaningPace pace) {
        MessageDigest digest = sha256Digest();
        long at = fromOffset;
        long bytes = 0;
        boolean compacted = false;
        BatchOrder order = new BatchOrder(Long.MAX_VALUE, 0);
        while (at < toOffset && bytes < bytesMax) {
            LogSlice slice = log.read(at, CHUNK_BYTES, toOffset);
            if (slice.isEmpty()) {
                break;
            }
            int size = slice.sizeInBytes();
            compacted |= isCompacted(slice, at, order);
            digest.update(slice.bytes());
            at = slice.endOffset();
            bytes += size;
            if (!pace.spend(size)) {
                return Optional.empty();
            }
        }
        return Optional.of(new RangeDigest(fromOffset, at, HexFormat.of().formatHex(digest.digest()), compacted));
    }

    /**
     * Judges batches as the scrub does. Compaction leaves gaps where batches were, and fewer records in a batch than its offsets
     * count, or a horizon.
     *
     * @param expectedOffset where the first one begins if none is missing
     */
    private static boolean isCompacted(LogSlice slice, long expectedOffset, BatchOrder order) {
        boolean compacted = slice.startOffset() > expectedOffset;
        order.beginSegment(slice.startOffset());
        for (RecordBatch batch : RecordBatches.of(slice.bytes().duplicate())) {
            order.contradiction(batch).ifPresent(wrong -> {
                throw new InvalidBatchException(InvalidBatchException.Reason.CORRUPT_BATCH, wrong);
            });
            compacted |= batch.baseOffset() != order.nextOffset()
                    || batch.recordCount() != batch.lastOffsetDelta() + 1
                    || batch.deleteHorizonMs().isPresent();
            order.accept(batch);
        }
        return compacted;
    }

    private static MessageDigest sha256Digest() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException everyPlatformHasIt) {
            throw new AssertionError(everyPlatformHasIt);
        }
    }
}
