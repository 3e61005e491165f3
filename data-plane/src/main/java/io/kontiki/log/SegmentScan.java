package io.kontiki.log;

import io.kontiki.record.BatchHeader;
import io.kontiki.record.InvalidBatchException;
import io.kontiki.record.InvalidBatchException.Reason;
import io.kontiki.storage.DiskFile;
import java.nio.ByteBuffer;
import java.util.zip.CRC32C;

/**
 * Walks the batches of a segment file and verifies the checksum of each, in memory that no length field in the file can
 * make grow: a batch that does not fit into the chunk is summed up piece by piece. Not thread-safe.
 */
final class SegmentScan {
    /** Where a batch's checksum begins to cover it: at the attributes. */
    private static final int CHECKSUMMED_FROM = 21;

    private final DiskFile file;
    private final long end;
    private final ByteBuffer chunk;
    private final ByteBuffer header = ByteBuffer.allocate(BatchHeader.BYTES);
    private final CRC32C crc = new CRC32C();
    /** Position in the file of the chunk's first byte. */
    private long chunkAt;

    private long position;
    private long next;

    /** @param chunk what to read into, of at least {@value BatchHeader#BYTES} bytes; its contents are overwritten */
    SegmentScan(DiskFile file, ByteBuffer chunk) {
        this.file = file;
        this.end = file.size();
        this.chunk = chunk.clear().limit(0);
    }

    /**
     * Steps to the next batch.
     *
     * @return false if there is no whole batch before the file's end
     * @throws InvalidBatchException if no batch begins there or its checksum is wrong
     */
    boolean advance() {
        position = next;
        if (end - position < BatchHeader.BYTES || !load(position, BatchHeader.BYTES)) {
            return false;
        }
        header.put(0, chunk, (int) (position - chunkAt), BatchHeader.BYTES);
        BatchHeader batch = header();
        if (batch.sizeInBytes() > end - position) {
            return false;
        }
        verify(batch);
        next = position + batch.sizeInBytes();
        return true;
    }

    /** The batch's header; a view that the next {@link #advance()} overwrites. */
    BatchHeader header() {
        return BatchHeader.at(header, 0);
    }

    /** Where the batch begins; after advance gave false or threw, where the last sound batch ended. */
    long position() {
        return position;
    }

    private void verify(BatchHeader batch) {
        crc.reset();
        long at = position + CHECKSUMMED_FROM;
        long batchEnd = position + batch.sizeInBytes();
        while (at < batchEnd) {
            load(at, (int) Math.min(batchEnd - at, chunk.capacity()));
            int from = (int) (at - chunkAt);
            int bytes = (int) Math.min(batchEnd - at, chunk.limit() - from);
            if (bytes <= 0) {
                throw new InvalidBatchException(Reason.CORRUPT_BATCH, "the file ends inside a batch");
            }
            // No slice: this runs once for each batch.
            int limit = chunk.limit();
            crc.update(chunk.limit(from + bytes).position(from));
            chunk.limit(limit).position(0);
            at += bytes;
        }
        if (crc.getValue() != batch.storedChecksum()) {
            throw new InvalidBatchException(
                    Reason.CORRUPT_BATCH,
                    "checksum is " + batch.storedChecksum() + ", that of the bytes is " + crc.getValue());
        }
    }

    /** Makes sure that so many bytes from there on are in the chunk; false if the file has fewer. */
    private boolean load(long from, int bytes) {
        if (from < chunkAt || from + bytes > chunkAt + chunk.limit()) {
            chunk.clear().limit((int) Math.min(chunk.capacity(), end - from));
            file.read(from, chunk);
            chunk.flip();
            chunkAt = from;
        }
        return chunk.limit() - (from - chunkAt) >= bytes;
    }
}
