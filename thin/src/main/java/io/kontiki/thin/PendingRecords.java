package io.kontiki.thin;

import io.kontiki.client.TopicPartition;
import io.kontiki.thin.GroupConsumer.Fetched;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Deque;
import java.util.List;
import java.util.OptionalLong;
import java.util.Set;

/**
 * Records that were fetched and not delivered yet, in their order. Nothing more is fetched while there are any, so they are
 * at most those of one poll. Belongs to the stream's thread.
 */
final class PendingRecords {
    private final Deque<Fetched> records = new ArrayDeque<>();

    boolean isEmpty() {
        return records.isEmpty();
    }

    void add(List<Fetched> fetched) {
        records.addAll(fetched);
    }

    /** The next records of one partition: at most so many, and so many bytes unless the first one is larger. */
    List<Fetched> take(long countMax, int bytesMax) {
        var taken = new ArrayList<Fetched>();
        long bytes = 0;
        while (!records.isEmpty() && taken.size() < countMax) {
            var next = records.peekFirst();
            bytes += next.record().getSerializedSize();
            boolean fits = next.partition().equals(first(taken, next).partition()) && bytes <= bytesMax;
            if (!taken.isEmpty() && !fits) {
                break;
            }
            taken.add(records.removeFirst());
        }
        return taken;
    }

    private static Fetched first(List<Fetched> taken, Fetched otherwise) {
        return taken.isEmpty() ? otherwise : taken.get(0);
    }

    /** Offset of the first one of this partition. */
    OptionalLong firstOffset(TopicPartition partition) {
        return records.stream()
                .filter(fetched -> fetched.partition().equals(partition))
                .mapToLong(fetched -> fetched.record().getOffset())
                .findFirst();
    }

    void drop(Collection<TopicPartition> partitions) {
        var dropped = Set.copyOf(partitions);
        records.removeIf(fetched -> dropped.contains(fetched.partition()));
    }
}
