package io.kontiki.simulation;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.random.RandomGenerator;

/**
 * What a power cut takes of the changes that no flush covers. Bytes and names are drawn one without the other:
 *
 * <pre>
 * names  none | all | the first few of each directory, as a journal keeps them | any of them
 * bytes  none | all | the first few of each file | any of its blocks; under a size from the flushed one on
 * </pre>
 *
 * Where bytes did not arrive lies what was flushed there before, and beyond that zeros, noise, or bytes that lie elsewhere
 * in the file. What it never does: a rename is kept or lost as one; what a flush covers stays, even in a block of which a
 * later part is lost; and no byte is lost between two of the same sector that arrived. The last one matters: a batch's
 * checksum does not cover its offset and its leader epoch. For the same reason bytes that lie elsewhere never begin right
 * behind a block that arrived, where they could be the rest of a header. Losing any set of names is harsher than a journal,
 * which keeps the order of all changes; a log that survives it needs no particular file system.
 */
public final class PowerCut {
    /** A sector and a page: what a disk, and what an operating system, writes as one. */
    private static final int[] BLOCK_BYTES = {512, 4096};
    /** Behind a batch's offset, which may lie in the block before: its length, or what else no checksum covers. */
    private static final int REST_OF_HEADER_BYTES = 8;

    private enum Part {
        NONE,
        ALL,
        FIRST,
        ANY
    }

    private enum Filler {
        ZEROS,
        NOISE,
        STALE
    }

    private final RandomGenerator random;
    private final Part names;
    private final Part bytes;
    private final Filler filler;
    private final int blockBytes;
    private final int staleShift;

    private PowerCut(RandomGenerator random, Part names, Part bytes) {
        this.random = random;
        this.names = names;
        this.bytes = bytes;
        this.filler = Filler.values()[random.nextInt(Filler.values().length)];
        this.blockBytes = BLOCK_BYTES[random.nextInt(BLOCK_BYTES.length)];
        // Else the start of a file would lie behind its flushed end, where a batch may begin, in every cut.
        this.staleShift = 1 + random.nextInt(60);
    }

    /** Every change arrived: a process was killed and the machine went on. */
    public static PowerCut losingNothing(RandomGenerator random) {
        return new PowerCut(random, Part.ALL, Part.ALL);
    }

    /** No change arrived that was not flushed. */
    public static PowerCut losingAll(RandomGenerator random) {
        return new PowerCut(random, Part.NONE, Part.NONE);
    }

    /** Some changes arrived, as drawn. */
    public static PowerCut losingSome(RandomGenerator random) {
        return new PowerCut(random, part(random), part(random));
    }

    private static Part part(RandomGenerator random) {
        return Part.values()[random.nextInt(Part.values().length)];
    }

    /** Those of a directory's changes, oldest first, that arrived. */
    <T> List<T> kept(List<T> changes) {
        return switch (names) {
            case NONE -> List.of();
            case ALL -> changes;
            case FIRST -> changes.subList(0, random.nextInt(changes.size() + 1));
            case ANY -> {
                List<T> kept = new ArrayList<>(changes);
                kept.removeIf(change -> random.nextBoolean());
                yield kept;
            }
        };
    }

    /**
     * The bytes of a file as it is found afterwards.
     *
     * @param written what programs saw
     * @param flushed what the last flush left
     * @param equalBelow below it both are equal
     */
    byte[] left(byte[] written, byte[] flushed, int equalBelow) {
        return switch (bytes) {
            case NONE -> flushed.clone();
            case ALL -> written.clone();
            case FIRST -> first(written, flushed, equalBelow);
            case ANY -> blocks(written, flushed, equalBelow);
        };
    }

    private byte[] first(byte[] written, byte[] flushed, int equalBelow) {
        if (written.length == equalBelow) {
            return random.nextBoolean() ? flushed.clone() : written.clone();
        }
        return Arrays.copyOf(written, equalBelow + random.nextInt(written.length - equalBelow + 1));
    }

    private byte[] blocks(byte[] written, byte[] flushed, int equalBelow) {
        byte[] left = new byte[sizeLeft(written.length, flushed.length, equalBelow)];
        int end;
        boolean hasArrived = false;
        System.arraycopy(written, 0, left, 0, Math.min(left.length, written.length));
        for (int at = equalBelow; at < left.length; at = end) {
            end = Math.min(left.length, (at / blockBytes + 1) * blockBytes);
            boolean isLost = random.nextBoolean() || end > written.length;
            if (isLost) {
                fill(left, at, end, written, flushed, equalBelow);
            }
            if (isLost && hasArrived && filler == Filler.STALE && at >= flushed.length) {
                Arrays.fill(left, at, Math.min(end, at + REST_OF_HEADER_BYTES), (byte) 0);
            }
            hasArrived = !isLost;
        }
        return left;
    }

    /** A file's size is written by itself: it may be the flushed one, the new one, or any between. */
    private int sizeLeft(int written, int flushed, int equalBelow) {
        return switch (random.nextInt(4)) {
            case 0 -> flushed;
            case 1, 2 -> written;
            default -> equalBelow + random.nextInt(Math.max(written, flushed) - equalBelow + 1);
        };
    }

    /** Puts there what lies on the disk where new bytes did not arrive. */
    private void fill(byte[] left, int from, int to, byte[] written, byte[] flushed, int equalBelow) {
        for (int i = from; i < to; i++) {
            left[i] = i < flushed.length ? flushed[i] : filler(written, i - equalBelow);
        }
    }

    private byte filler(byte[] written, int index) {
        return switch (filler) {
            case ZEROS -> 0;
            case NOISE -> (byte) random.nextInt(256);
            case STALE -> index + staleShift < written.length ? written[index + staleShift] : 0;
        };
    }
}
