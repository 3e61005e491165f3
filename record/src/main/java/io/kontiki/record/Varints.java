package io.kontiki.record;

import java.nio.ByteBuffer;

/**
 * Numbers of variable length: seven bits a byte, lowest first, the top bit says that more follow. Signed ones are
 * zig-zag coded before, so that small negative numbers stay short. As Protocol Buffers and Kafka write them. {@link
 * ByteReader} reads them.
 */
final class Varints {
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
}
