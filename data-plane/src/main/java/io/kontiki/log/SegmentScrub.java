package io.kontiki.log;

import io.kontiki.record.BatchHeader;
import io.kontiki.record.InvalidBatchException;
import io.kontiki.storage.DiskFile;
import java.nio.ByteBuffer;
import java.util.Optional;

/** Looks through the batches of one segment that does not grow: each must be what was once appended. Used once. */
final class SegmentScrub {
    static final int CHUNK_BYTES = 1 << 20;

    private final DiskFile file;
    private final SegmentScan scan;
    private final CleaningPace pace;
    private long endOffset;

    /** @param chunk what to read into; its contents are overwritten */
    SegmentScrub(DiskFile file, long baseOffset, ByteBuffer chunk, CleaningPace pace) {
        this.file = file;
        this.scan = new SegmentScan(file, chunk);
        this.pace = pace;
        this.endOffset = baseOffset;
    }

    /** Hears of each batch that is sound. */
    @FunctionalInterface
    interface Batches {
        void onBatch(BatchHeader batch, long position);
    }

    /**
     * Where the sound batches end and why, if that is not the file's end. Ends early, without a word, if the pace says so.
     */
    Optional<String> run(Batches sound) {
        try {
            while (scan.advance()) {
                BatchHeader batch = scan.header();
                if (batch.baseOffset() < endOffset || batch.lastOffsetDelta() < 0) {
                    return Optional.of("batch has offsets " + batch.baseOffset() + " to " + batch.lastOffset()
                            + ", expected " + endOffset + " or above");
                }
                endOffset = batch.nextOffset();
                sound.onBatch(batch, scan.position());
                if (!pace.spend(batch.sizeInBytes())) {
                    return Optional.empty();
                }
            }
        } catch (InvalidBatchException e) {
            return Optional.of(e.getMessage());
        }
        return scan.position() == file.size() ? Optional.empty() : Optional.of("the file ends inside a batch");
    }

    /** Offset behind the last sound batch. */
    long endOffset() {
        return endOffset;
    }

    /** Where the last sound batch ends, after {@link #run} told of something. */
    long position() {
        return scan.position();
    }
}
