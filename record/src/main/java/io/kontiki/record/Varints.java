package io.kontiki.record;

import io.kontiki.record.InvalidBatchException.Reason;
import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;

/**
 * Numbers of variable length: seven bits a byte, lowest first, the top bit says that more follow. Signed ones are
 * zig-zag coded before, so that small negative numbers stay short. As Protocol Buffers and Kafka write them.
 */
final class Varints {
    private static final int MAX_INT_BYTES = 5;
    private static final int MAX_LONG_BYTES = 10;

    private Varints() {}

    static int sizeOf(int value) {
        return unsignedSizeOf(Integer.toUnsignedLong((value << 1) ^ (value >> 31)));
    }

    static int sizeOf(long value) {
        return unsignedSizeOf((value << 1) ^ (value >> 63));
    }

    private static int unsignedSizeOf(long value) {
        return (70 - Long.numberOfLeadingZeros(value | 1)) / 7;
    }

    static void write(ByteBuffer target, int value) {
        writeUnsigned(target, Integer.toUnsignedLong((value << 1) ^ (value >> 31)));
    }

    static void write(ByteBuffer target, long value) {
        writeUnsigned(target, (value << 1) ^ (value >> 63));
    }

    static void writeUnsigned(ByteBuffer target, long value) {
        long rest = value;
        while ((rest & ~0x7FL) != 0) {
            target.put((byte) (rest | 0x80));
            rest >>>= 7;
        }
        target.put((byte) rest);
    }

    static int readInt(ByteBuffer source) {
        long raw = readUnsigned(source, MAX_INT_BYTES);
        if (raw >>> 32 != 0) {
            throw tooLong(MAX_INT_BYTES);
        }
        int value = (int) raw;
        return (value >>> 1) ^ -(value & 1);
    }

    static long readLong(ByteBuffer source) {
        long raw = readUnsigned(source, MAX_LONG_BYTES);
        return (raw >>> 1) ^ -(raw & 1);
    }

    private static long readUnsigned(ByteBuffer source, int maxBytes) {
        long value = 0;
        try {
            for (int i = 0; i < maxBytes; i++) {
                byte next = source.get();
                value |= (long) (next & 0x7F) << (7 * i);
                if (next >= 0) {
                    return value;
                }
            }
        } catch (BufferUnderflowException e) {
            throw new InvalidBatchException(Reason.INVALID_RECORD, "a number of variable length runs past the end");
        }
        throw tooLong(maxBytes);
    }

    private static InvalidBatchException tooLong(int maxBytes) {
        return new InvalidBatchException(
                Reason.INVALID_RECORD, "a number of variable length takes more than " + maxBytes + " bytes");
    }
}
