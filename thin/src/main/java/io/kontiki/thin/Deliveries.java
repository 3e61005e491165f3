package io.kontiki.thin;

import io.kontiki.client.CommittedOffset;
import io.kontiki.client.TopicPartition;
import io.kontiki.thin.GroupConsumer.Fetched;
import java.util.ArrayDeque;
import java.util.Collection;
import java.util.Deque;
import java.util.Iterator;
import java.util.Map;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * How many records a stream may deliver, and which of those delivered may be committed. Pure; belongs to the stream's
 * thread.
 *
 * <p>Credits that the caller gives back say that it is done with as many records, the oldest first: those, and no others,
 * are committed automatically. It remembers a place for each such record; of streams with many credits one for each
 * thousandth of them, so at most about a thousand and one for each partition.
 */
final class Deliveries {
    /** Credits at a time. */
    static final int CREDITS_MAX = 1_000_000;

    private static final int PLACES_MAX = 1000;

    /** Behind a record that was delivered; the number counts all that were delivered before it. */
    private record Place(long number, CommittedOffset next) {}

    private final boolean automatic;
    private final int recordsPerPlace;
    private long credits;
    private long delivered;
    private long givenBack;
    private long confirmed;
    /** By partition, oldest first; of those not confirmed yet. */
    private final SortedMap<TopicPartition, Deque<Place>> places = new TreeMap<>();

    private final SortedMap<TopicPartition, CommittedOffset> ends = new TreeMap<>();
    private final SortedMap<TopicPartition, CommittedOffset> toCommit = new TreeMap<>();

    /**
     * @param automatic whether to tell what to commit
     * @param credits 1 to {@link #CREDITS_MAX}
     */
    Deliveries(boolean automatic, int credits) {
        this.automatic = automatic;
        this.credits = credits;
        this.recordsPerPlace = Math.max(1, credits / PLACES_MAX);
    }

    /** How many records may be delivered now. */
    long credits() {
        return credits;
    }

    /** @throws Refused if they are out of range, or too many together with those that are there */
    void onCredits(int more) {
        if (more < 1 || credits + more > CREDITS_MAX) {
            throw Refused.invalid(
                    "credits.records",
                    more + " and the " + credits + " that are left are not within 1 to " + CREDITS_MAX);
        }
        credits += more;
        givenBack += more;
        confirm(Math.min(delivered, givenBack));
    }

    void onDelivered(Fetched fetched) {
        credits--;
        delivered++;
        var next = new CommittedOffset(
                fetched.record().getOffset() + 1, OptionalInt.of(fetched.leaderEpoch()), "", OptionalLong.empty());
        ends.put(fetched.partition(), next);
        if (automatic) {
            var queue = places.computeIfAbsent(fetched.partition(), ignored -> new ArrayDeque<>());
            var last = queue.peekLast();
            if (last != null && last.number() / recordsPerPlace == delivered / recordsPerPlace) {
                queue.removeLast();
            }
            queue.addLast(new Place(delivered, next));
        }
    }

    /** The caller says that it has got all that was delivered; this is what is behind it, by partition. */
    Map<TopicPartition, CommittedOffset> confirmAll() {
        confirm(delivered);
        toCommit.clear();
        return new TreeMap<>(ends);
    }

    private void confirm(long number) {
        confirmed = Math.max(confirmed, number);
        for (Iterator<Map.Entry<TopicPartition, Deque<Place>>> all =
                        places.entrySet().iterator();
                all.hasNext(); ) {
            var entry = all.next();
            var queue = entry.getValue();
            while (!queue.isEmpty() && queue.peekFirst().number() <= confirmed) {
                toCommit.put(entry.getKey(), queue.removeFirst().next());
            }
            if (queue.isEmpty()) {
                all.remove();
            }
        }
    }

    /** What may be committed automatically and was not taken before, by partition. */
    Map<TopicPartition, CommittedOffset> takeToCommit() {
        var taken = new TreeMap<>(toCommit);
        toCommit.clear();
        return taken;
    }

    /** They could not be committed; as long as nothing newer is known they are tried again. */
    void putBack(Map<TopicPartition, CommittedOffset> offsets) {
        offsets.forEach((partition, next) -> {
            if (ends.containsKey(partition)) {
                toCommit.putIfAbsent(partition, next);
            }
        });
    }

    /** These partitions are somebody else's from now on. */
    void forget(Collection<TopicPartition> partitions) {
        partitions.forEach(partition -> {
            places.remove(partition);
            ends.remove(partition);
            toCommit.remove(partition);
        });
    }

    /** How many places are remembered. */
    int places() {
        return places.values().stream().mapToInt(Deque::size).sum();
    }
}
