package io.kontiki.metadata;

/**
 * Who coordinates the groups of one slot (rule C1).
 *
 * @param owner broker id; {@link #NO_OWNER} if no broker is usable
 * @param epoch rises with every change of the owner; 0 before the first
 */
public record Slot(int owner, int epoch) {
    public static final int NO_OWNER = -1;
    public static final Slot NONE = new Slot(NO_OWNER, 0);

    public Slot {
        if (owner < NO_OWNER || epoch < 0) {
            throw new IllegalArgumentException("a slot of broker " + owner + " in epoch " + epoch + " cannot be");
        }
    }

    public boolean hasOwner() {
        return owner != NO_OWNER;
    }

    /** The same slot with another owner. */
    public Slot ownedBy(int broker) {
        return new Slot(broker, epoch + 1);
    }
}
