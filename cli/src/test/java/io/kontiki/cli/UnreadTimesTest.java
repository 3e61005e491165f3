package io.kontiki.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.kontiki.client.OffsetInfo;
import io.kontiki.client.Position;
import io.kontiki.client.TopicPartition;
import java.util.HashMap;
import java.util.Map;
import java.util.NavigableMap;
import java.util.OptionalLong;
import java.util.SplittableRandom;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class UnreadTimesTest {
    private static final long NOW_MS = 1_700_000_000_000L;
    private static final TopicPartition P = new TopicPartition("t", 0);

    /** Time stamps by offset, by partition. */
    private final Map<TopicPartition, NavigableMap<Long, Long>> logs = new HashMap<>();

    private int rounds;

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8})
    void findsEachRecordsTimeWhereTimesRise(long seed) {
        var random = new SplittableRandom(seed);
        for (int partition = 0; partition < 5; partition++) {
            var log = log("t", partition);
            long offset = random.nextInt(100);
            long timeMs = NOW_MS - random.nextLong(1, 10_000_000_000L);
            for (int i = 0; i < 200; i++) {
                log.put(offset++, timeMs);
                // Bursts within a millisecond, and gaps of hours.
                timeMs = Math.min(NOW_MS, timeMs + (random.nextInt(3) > 0 ? 0 : random.nextLong(20_000_000)));
            }
        }
        var wanted = new TreeMap<TopicPartition, Long>();
        var expected = new TreeMap<TopicPartition, Long>();
        logs.forEach((partition, log) -> {
            long offset = log.firstKey() + random.nextInt(log.size());
            wanted.put(partition, offset);
            expected.put(partition, log.get(offset));
        });

        assertThat(find(wanted)).isEqualTo(expected);
        assertThat(rounds).isLessThanOrEqualTo(40);
    }

    @Test
    void whereTimesFallTheHighestSoFarCounts() {
        long[] timesMs = {10, 50, 20, 30, 60};
        for (int i = 0; i < timesMs.length; i++) {
            log("t", 0).put((long) i, timesMs[i]);
        }

        assertThat(find(Map.of(P, 0L))).containsEntry(P, 10L);
        assertThat(find(Map.of(P, 2L))).containsEntry(P, 50L);
        assertThat(find(Map.of(P, 4L))).containsEntry(P, 60L);
    }

    @Test
    void recordThatIsGoneHasTheTimeOfItsNeighbour() {
        log("t", 0).putAll(Map.of(10L, 1_000L, 12L, 2_000L, 20L, 9_000L));

        assertThat(find(Map.of(P, 15L))).containsEntry(P, 2_000L);
        assertThat(find(Map.of(P, 3L))).as("before the log's start").containsEntry(P, 1_000L);
    }

    @Test
    void logWithoutRecordsHasNoTime() {
        log("t", 0);

        assertThat(find(Map.of(P, 0L))).isEmpty();
        assertThat(find(Map.of())).isEmpty();
    }

    @Test
    void recordOfTheFutureIsFound() {
        log("t", 0).putAll(Map.of(0L, 1_000L, 1L, NOW_MS + 5_000));

        assertThat(find(Map.of(P, 1L))).containsEntry(P, NOW_MS + 5_000);
    }

    private NavigableMap<Long, Long> log(String topic, int partition) {
        return logs.computeIfAbsent(new TopicPartition(topic, partition), p -> new TreeMap<>());
    }

    private Map<TopicPartition, Long> find(Map<TopicPartition, Long> offsets) {
        return new UnreadTimes(this::lookUp, NOW_MS).find(offsets);
    }

    /** As brokers do: the first record at or after a time; else the end, without a time stamp. */
    private Map<TopicPartition, OffsetInfo> lookUp(Map<TopicPartition, Position> positions) {
        rounds++;
        var answers = new TreeMap<TopicPartition, OffsetInfo>();
        positions.forEach((partition, position) -> {
            long timeMs = ((Position.Timestamp) position).timestampMs();
            var log = logs.get(partition);
            answers.put(
                    partition,
                    log.entrySet().stream()
                            .filter(record -> record.getValue() >= timeMs)
                            .findFirst()
                            .map(record -> new OffsetInfo(record.getKey(), OptionalLong.of(record.getValue())))
                            .orElseGet(
                                    () -> new OffsetInfo(log.isEmpty() ? 0 : log.lastKey() + 1, OptionalLong.empty())));
        });
        return answers;
    }
}
