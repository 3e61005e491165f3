package io.kontiki.simulation;

import java.util.Random;

/** Draws what {@link Random} draws from the same seed, without what that does so that threads may share it. */
final class SingleThreadRandom extends Random {
    private static final long serialVersionUID = 1;
    private static final long MULTIPLIER = 0x5DEECE66DL;
    private static final long INCREMENT = 0xBL;
    private static final long MASK = (1L << 48) - 1;

    // Without a value of its own here: the constructor of the class above calls setSeed first.
    private long state;

    SingleThreadRandom(long seed) {
        super(seed);
    }

    @Override
    public void setSeed(long seed) {
        state = (seed ^ MULTIPLIER) & MASK;
    }

    @Override
    protected int next(int bits) {
        state = (state * MULTIPLIER + INCREMENT) & MASK;
        return (int) (state >>> (48 - bits));
    }
}
