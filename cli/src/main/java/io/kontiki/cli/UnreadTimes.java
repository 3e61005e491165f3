package io.kontiki.cli;

import io.kontiki.client.OffsetInfo;
import io.kontiki.client.Position;
import io.kontiki.client.TopicPartition;
import java.util.Map;
import java.util.TreeMap;

/**
 * Finds the time stamps of records of which only the offsets are known, without reading any: brokers tell the first record
 * at or after a time, so it is a search for the latest time whose record is not behind the offset. Some thirty look-ups,
 * each for all partitions at once.
 *
 * <p>Where time stamps fall as offsets rise, the highest one up to the record counts. Where the record itself is gone, as
 * compaction removes some, the one before it counts. One in the future counts as one of now.
 */
final class UnreadTimes {
    /** As {@code Admin.listOffsets}. */
    interface Lookup {
        Map<TopicPartition, OffsetInfo> find(Map<TopicPartition, Position> positions);
    }

    private final Lookup lookup;
    private final long nowMs;

    UnreadTimes(Lookup lookup, long nowMs) {
        this.lookup = lookup;
        this.nowMs = nowMs;
    }

    /**
     * The time stamps in milliseconds since 1970; without those of partitions that have no record.
     *
     * @param offsets of the records, by partition
     */
    Map<TopicPartition, Long> find(Map<TopicPartition, Long> offsets) {
        var found = new TreeMap<TopicPartition, Long>();
        var open = new TreeMap<TopicPartition, Search>();
        offsets.forEach((partition, offset) -> open.put(partition, new Search(offset, nowMs)));
        while (!open.isEmpty()) {
            var questions = new TreeMap<TopicPartition, Position>();
            open.forEach((partition, search) -> questions.put(partition, Position.timestampMs(search.question())));
            lookup.find(questions)
                    .forEach((partition, answer) -> open.get(partition).onAnswer(answer));
            open.forEach((partition, search) -> {
                if (search.ended && search.foundMs >= 0) {
                    found.put(partition, search.foundMs);
                }
            });
            open.values().removeIf(search -> search.ended);
        }
        return found;
    }

    /** In one partition. Asks for the very first record, then for one of now, then in the middle of what is left. */
    private static final class Search {
        private final long offset;
        private boolean highAsked;
        private long lowMs;
        private long highMs;
        private long foundMs = -1;
        private boolean ended;

        Search(long offset, long nowMs) {
            this.offset = offset;
            this.highMs = Math.max(0, nowMs);
        }

        long question() {
            if (foundMs < 0) {
                return 0;
            }
            return highAsked ? lowMs + (highMs - lowMs) / 2 : highMs;
        }

        void onAnswer(OffsetInfo answer) {
            long askedMs = question();
            boolean first = foundMs < 0;
            if (answer.timestampMs().isEmpty() || answer.offset() > offset) {
                onTooLate(first, askedMs, answer);
            } else {
                // Every record before this one is older than the question, and this one is not behind the offset.
                foundMs = answer.timestampMs().getAsLong();
                lowMs = foundMs + 1;
                ended = answer.offset() == offset;
            }
            highAsked |= !first;
            ended |= lowMs > highMs;
        }

        private void onTooLate(boolean first, long askedMs, OffsetInfo answer) {
            if (first) {
                // Nothing is left up to the offset: the first record that is there is the first one unread.
                foundMs = answer.timestampMs().orElse(-1);
                ended = true;
            }
            highMs = askedMs - 1;
        }
    }
}
