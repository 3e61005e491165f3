package io.kontiki.metadata.command;

import io.kontiki.metadata.BrokerRegistration;
import io.kontiki.metadata.MetadataImage;
import io.kontiki.metadata.Slot;
import io.kontiki.metadata.SlotsImage;
import java.util.Map;
import java.util.TreeMap;

/**
 * Coordinator slots follow the usable brokers (rule C1): whatever changes these gives the slots to others in the same entry
 * of the log, so there is no command of its own that could come late. As few slots as possible change hands, and no broker
 * has two more than another.
 */
final class SlotAssignment {
    private SlotAssignment() {}

    /** The image with each slot at a usable broker; the same one if they are already. */
    static MetadataImage assign(MetadataImage image) {
        var owners = owners(image);
        var slots = image.slots();
        for (int number = 0; number < SlotsImage.COUNT; number++) {
            var slot = slots.slot(number);
            if (slot.owner() != owners[number]) {
                // Once, however often it was moved on the way there.
                slots = slots.with(number, slot.ownedBy(owners[number]));
            }
        }
        return slots == image.slots() ? image : image.withSlots(slots);
    }

    private static int[] owners(MetadataImage image) {
        var counts = new TreeMap<Integer, Integer>();
        for (BrokerRegistration broker : image.brokers().values()) {
            if (broker.usable()) {
                counts.put(broker.id(), 0);
            }
        }
        var owners = new int[SlotsImage.COUNT];
        for (int number = 0; number < SlotsImage.COUNT; number++) {
            int owner = image.slots().slot(number).owner();
            owners[number] = counts.computeIfPresent(owner, (id, count) -> count + 1) == null ? Slot.NO_OWNER : owner;
        }
        if (!counts.isEmpty()) {
            giveAway(owners, counts);
            balance(owners, counts);
        }
        return owners;
    }

    private static void giveAway(int[] owners, Map<Integer, Integer> counts) {
        for (int number = 0; number < owners.length; number++) {
            if (owners[number] == Slot.NO_OWNER) {
                int least = least(counts);
                owners[number] = least;
                counts.merge(least, 1, Integer::sum);
            }
        }
    }

    private static void balance(int[] owners, Map<Integer, Integer> counts) {
        while (true) {
            int most = most(counts);
            int least = least(counts);
            if (counts.get(most) - counts.get(least) <= 1) {
                return;
            }
            int number = 0;
            while (owners[number] != most) {
                number++;
            }
            owners[number] = least;
            counts.merge(most, -1, Integer::sum);
            counts.merge(least, 1, Integer::sum);
        }
    }

    /** The broker with the fewest slots, of the lowest id among these. */
    private static int least(Map<Integer, Integer> counts) {
        int least = Slot.NO_OWNER;
        for (int id : counts.keySet()) {
            if (least == Slot.NO_OWNER || counts.get(id) < counts.get(least)) {
                least = id;
            }
        }
        return least;
    }

    private static int most(Map<Integer, Integer> counts) {
        int most = Slot.NO_OWNER;
        for (int id : counts.keySet()) {
            if (most == Slot.NO_OWNER || counts.get(id) > counts.get(most)) {
                most = id;
            }
        }
        return most;
    }
}
