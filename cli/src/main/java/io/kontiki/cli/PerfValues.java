package io.kontiki.cli;

import java.util.random.RandomGenerator;

/**
 * Values for records of a load: hexadecimal digits at random. A codec halves them, about; real text it shrinks more,
 * ciphers and pictures not at all. Values are told apart by where they begin in one long text, which is drawn once.
 */
final class PerfValues {
    private static final byte[] DIGITS = {'0', '1', '2', '3', '4', '5', '6', '7', '8', '9', 'a', 'b', 'c', 'd', 'e', 'f'
    };
    private static final int VARIETY = 1 << 16;

    private final byte[] text;
    private final int size;

    /** @param size of each value in bytes, at least 0 */
    PerfValues(int size, RandomGenerator random) {
        this.size = size;
        text = new byte[size + VARIETY];
        for (int i = 0; i < text.length; i++) {
            text[i] = DIGITS[random.nextInt(DIGITS.length)];
        }
    }

    /** The value of the record with that number; a new array. */
    byte[] value(long number) {
        var value = new byte[size];
        // An odd step visits every beginning before one comes again.
        int begin = (int) ((number * 7919) & (VARIETY - 1));
        System.arraycopy(text, begin, value, 0, size);
        return value;
    }
}
