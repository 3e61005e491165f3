package io.kontiki.simulation.log;

import io.kontiki.record.BatchHeader;
import java.nio.ByteBuffer;
import java.util.zip.CRC32C;

/** Bytes that get past a checksum, or a fuzzer would never see what is behind it. */
final class FuzzedBatches {
    private static final int LENGTH_AT = 8;
    private static final int CRC_AT = 17;
    private static final int BODY_AT = 21;

    private FuzzedBatches() {}

    /** As an array of its own. */
    static byte[] bytesOf(ByteBuffer buffer) {
        byte[] bytes = new byte[buffer.remaining()];
        buffer.duplicate().get(bytes);
        return bytes;
    }

    /** The same bytes, with a right checksum in each batch that the lengths tell. */
    static ByteBuffer withRightChecksums(byte[] data) {
        ByteBuffer bytes = ByteBuffer.wrap(data.clone());
        long at = 0;
        while (at + BatchHeader.BYTES <= data.length) {
            long size = BatchHeader.LENGTH_OVERHEAD_BYTES + (long) bytes.getInt((int) at + LENGTH_AT);
            if (size < BatchHeader.BYTES || at + size > data.length) {
                break;
            }
            CRC32C crc = new CRC32C();
            crc.update(data, (int) at + BODY_AT, (int) size - BODY_AT);
            bytes.putInt((int) at + CRC_AT, (int) crc.getValue());
            at += size;
        }
        return bytes;
    }
}
