package io.kontiki.metadata;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.util.Collections;
import java.util.zip.CRC32C;
import org.pcollections.PVector;
import org.pcollections.TreePVector;

/**
 * The coordinator slots. Each group belongs to one of them, for ever, and each has at most one owner.
 *
 * @param slots by number, {@link #COUNT} of them
 */
public record SlotsImage(PVector<Slot> slots) {
    /** Of all clusters, for ever: another count would give groups other slots. */
    public static final int COUNT = 64;

    /** Before the first broker. */
    public static final SlotsImage EMPTY = new SlotsImage(TreePVector.from(Collections.nCopies(COUNT, Slot.NONE)));

    public SlotsImage {
        if (slots.size() != COUNT) {
            throw new IllegalArgumentException("there are " + slots.size() + " coordinator slots, not " + COUNT);
        }
    }

    /** The slot of a group: CRC-32C of its id in UTF-8, modulo {@link #COUNT}. */
    public static int numberOf(String groupId) {
        var crc = new CRC32C();
        crc.update(groupId.getBytes(UTF_8));
        return (int) (crc.getValue() % COUNT);
    }

    public Slot slot(int number) {
        return slots.get(number);
    }

    /** The slot that the group belongs to. */
    public Slot of(String groupId) {
        return slots.get(numberOf(groupId));
    }

    public SlotsImage with(int number, Slot slot) {
        return new SlotsImage(slots.with(number, slot));
    }
}
