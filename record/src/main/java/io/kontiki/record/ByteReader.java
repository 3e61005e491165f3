package io.kontiki.record;

import io.kontiki.record.InvalidBatchException.Reason;

/**
 * Reads numbers of variable length (see {@link Varints}) and passes bytes over. On an array, since records have a dozen of
 * them each, and each access through a buffer is a call. Not thread-safe.
 */
final class ByteReader {
    private static final int MAX_INT_BYTES = 5;
    private static final int MAX_LONG_BYTES = 10;

    private byte[] bytes;
    private int at;
    private int end;

    /** Goes on with these bytes. */
    ByteReader over(byte[] array, int from, int to) {
        bytes = array;
        at = from;
        end = to;
        return this;
    }

    /** Where the next byte is in the array. */
    int at() {
        return at;
    }

    int remaining() {
        return end - at;
    }

    /** @param count at most what is left */
    void skip(int count) {
        at += count;
    }

    int readInt() {
        if (at < end && bytes[at] >= 0) {
            int value = bytes[at++];
            return (value >>> 1) ^ -(value & 1);
        }
        long raw = readUnsigned(MAX_INT_BYTES);
        if (raw >>> Integer.SIZE != 0) {
            throw tooLong(MAX_INT_BYTES);
        }
        int value = (int) raw;
        return (value >>> 1) ^ -(value & 1);
    }

    long readLong() {
        if (at < end && bytes[at] >= 0) {
            long value = bytes[at++];
            return (value >>> 1) ^ -(value & 1);
        }
        long raw = readUnsigned(MAX_LONG_BYTES);
        return (raw >>> 1) ^ -(raw & 1);
    }

    private long readUnsigned(int maxBytes) {
        long value = 0;
        for (int i = 0; i < maxBytes; i++) {
            if (at == end) {
                throw new InvalidBatchException(Reason.INVALID_RECORD, "a number of variable length runs past the end");
            }
            byte next = bytes[at++];
            value |= (long) (next & 0x7F) << (7 * i);
            if (next >= 0) {
                return value;
            }
        }
        throw tooLong(maxBytes);
    }

    private static InvalidBatchException tooLong(int maxBytes) {
        return new InvalidBatchException(
                Reason.INVALID_RECORD, "a number of variable length takes more than " + maxBytes + " bytes");
    }
}
