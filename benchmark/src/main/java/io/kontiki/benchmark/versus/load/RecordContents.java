package io.kontiki.benchmark.versus.load;

import java.nio.ByteBuffer;
import java.util.SplittableRandom;
import java.util.zip.CRC32C;

/**
 * What is in record number n: the same for both systems, and known without having been kept. The first 8 bytes are n, the
 * next 8 a time, and the rest is a piece of a long text, so that codecs have something to do. Thread-safe.
 */
final class RecordContents {
    /** Bytes of number and time. */
    static final int HEADER_BYTES = 16;

    private static final int POOL_BITS = 20;
    private static final int WORDS = 4096;
    private static final long SPREAD = 0x9E3779B97F4A7C15L;

    private final int recordBytes;
    private final byte[] pool;

    /** @param recordBytes size of each record, in bytes, at least {@link #HEADER_BYTES} */
    RecordContents(int recordBytes) {
        if (recordBytes < HEADER_BYTES) {
            throw new IllegalArgumentException("record of " + recordBytes + " bytes; the least is " + HEADER_BYTES);
        }
        this.recordBytes = recordBytes;
        this.pool = text((1 << POOL_BITS) + recordBytes);
    }

    /** Words of a made-up language, the first ones of its dictionary more often than the last. */
    private static byte[] text(int bytes) {
        SplittableRandom random = new SplittableRandom(1);
        byte[][] words = new byte[WORDS][];
        for (int i = 0; i < WORDS; i++) {
            words[i] = word(random);
        }
        byte[] text = new byte[bytes];
        for (int at = 0; at < bytes; ) {
            byte[] word = words[Math.min(random.nextInt(WORDS), random.nextInt(WORDS))];
            int length = Math.min(word.length, bytes - at);
            System.arraycopy(word, 0, text, at, length);
            at += length;
        }
        return text;
    }

    private static byte[] word(SplittableRandom random) {
        byte[] word = new byte[3 + random.nextInt(8)];
        for (int i = 0; i < word.length - 1; i++) {
            word[i] = (byte) ('a' + random.nextInt(26));
        }
        word[word.length - 1] = ' ';
        return word;
    }

    /** A new array, which the caller owns. */
    byte[] record(long number, long nanos) {
        byte[] record = new byte[recordBytes];
        System.arraycopy(pool, poolOffset(number), record, HEADER_BYTES, recordBytes - HEADER_BYTES);
        ByteBuffer.wrap(record).putLong(number).putLong(nanos);
        return record;
    }

    private static int poolOffset(long number) {
        return (int) ((number * SPREAD) >>> (Long.SIZE - POOL_BITS));
    }

    static long number(byte[] record) {
        return ByteBuffer.wrap(record).getLong(0);
    }

    static long nanos(byte[] record) {
        return ByteBuffer.wrap(record).getLong(Long.BYTES);
    }

    /** Of number and text, not of the time; those of several records are added up, so that their order means nothing. */
    static long checksum(byte[] record) {
        CRC32C crc = new CRC32C();
        crc.update(record, HEADER_BYTES, record.length - HEADER_BYTES);
        return checksum(number(record), crc);
    }

    private static long checksum(long number, CRC32C crc) {
        return number * SPREAD + crc.getValue();
    }

    /** The sum of the checksums of records 0 to {@code count} - 1. */
    long checksumOfFirst(long count) {
        long sum = 0;
        CRC32C crc = new CRC32C();
        for (long number = 0; number < count; number++) {
            crc.reset();
            crc.update(pool, poolOffset(number), recordBytes - HEADER_BYTES);
            sum += checksum(number, crc);
        }
        return sum;
    }
}
