package io.kontiki.log;

import io.kontiki.record.BatchHeader;
import io.kontiki.record.InvalidBatchException;
import io.kontiki.storage.DiskFile;
import java.nio.ByteBuffer;
import java.util.Optional;

/**
 * Walks over all batches of a segment that is not appended to, and holds each against its checksum and against the order of
 * the log. Used once, by one thread.
 */
final class SegmentWalk {
    /** Enough to read at once; a batch may be greater. */
    static final int CHUNK_BYTES = 1 << 20;

    private final DiskFile file;
    private final BatchOrder order;
    private final SegmentScan scan;

    /**
     * @param order of the log, up to the segment; it is stepped to the end of the last sound batch
     * @param chunk see {@link SegmentScan}
     */
    SegmentWalk(DiskFile file, long baseOffset, BatchOrder order, ByteBuffer chunk) {
        this.file = file;
        this.order = order;
        this.scan = new SegmentScan(file, chunk);
        order.beginSegment(baseOffset);
    }

    /** Hears of each batch that is sound. */
    @FunctionalInterface
    interface Batches {
        /**
         * @param batch a view that the next batch overwrites
         * @return whether to go on
         * @throws InvalidBatchException if there is something wrong with it all the same
         */
        boolean onBatch(BatchHeader batch, long position);
    }

    /** Why the sound batches end before the file does; empty if they do not, or if the walk was ended. */
    Optional<String> run(Batches sound) {
        try {
            while (scan.advance()) {
                Optional<String> wrong = order.contradiction(scan.header());
                if (wrong.isPresent()) {
                    return wrong;
                }
                boolean goOn = sound.onBatch(scan.header(), scan.position());
                order.accept(scan.header());
                if (!goOn) {
                    return Optional.empty();
                }
            }
        } catch (InvalidBatchException e) {
            return Optional.of(String.valueOf(e.getMessage()));
        }
        return scan.position() == file.size() ? Optional.empty() : Optional.of("the last batch is cut short");
    }

    /** Where the last sound batch ends, unless the walk was ended before. */
    long position() {
        return scan.position();
    }
}
