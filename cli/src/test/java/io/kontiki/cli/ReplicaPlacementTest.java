package io.kontiki.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.kontiki.client.TopicPartition;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ReplicaPlacementTest {
    private static Map<Integer, Optional<String>> brokers(int... ids) {
        var brokers = new TreeMap<Integer, Optional<String>>();
        IntStream.of(ids).forEach(id -> brokers.put(id, Optional.empty()));
        return brokers;
    }

    /** Partitions of a topic with the same replicas, led by turns. */
    private static Map<TopicPartition, List<Integer>> topic(String name, int partitions, Integer... replicas) {
        var all = new TreeMap<TopicPartition, List<Integer>>();
        for (int number = 0; number < partitions; number++) {
            var ids = new ArrayList<>(List.of(replicas));
            Collections.rotate(ids, number);
            all.put(new TopicPartition(name, number), ids);
        }
        return all;
    }

    private static Map<Integer, Integer> load(Map<TopicPartition, List<Integer>> placed) {
        var load = new HashMap<Integer, Integer>();
        placed.values().forEach(ids -> ids.forEach(id -> load.merge(id, 1, Integer::sum)));
        return load;
    }

    private static Map<Integer, Integer> led(Map<TopicPartition, List<Integer>> placed) {
        var led = new HashMap<Integer, Integer>();
        placed.values().forEach(ids -> led.merge(ids.get(0), 1, Integer::sum));
        return led;
    }

    private static long moved(Map<TopicPartition, List<Integer>> from, Map<TopicPartition, List<Integer>> to) {
        return from.entrySet().stream()
                .flatMap(entry -> to.get(entry.getKey()).stream()
                        .filter(id -> !entry.getValue().contains(id)))
                .count();
    }

    @Test
    void newBrokerGetsItsShareAndNothingElseMoves() {
        var present = topic("t", 12, 1, 2, 3);

        var balanced = new ReplicaPlacement(brokers(1, 2, 3, 4), present).balanced();

        assertThat(load(balanced)).containsOnly(Map.entry(1, 9), Map.entry(2, 9), Map.entry(3, 9), Map.entry(4, 9));
        assertThat(led(balanced)).containsOnly(Map.entry(1, 3), Map.entry(2, 3), Map.entry(3, 3), Map.entry(4, 3));
        assertThat(moved(present, balanced)).isEqualTo(9);
    }

    @Test
    void evenClusterStaysAsItIs() {
        var present = topic("t", 12, 1, 2, 3);

        assertThat(new ReplicaPlacement(brokers(1, 2, 3), present).balanced()).isEqualTo(present);
    }

    @Test
    void evacuationMovesOnlyWhatIsOnTheBroker() {
        var present = topic("t", 12, 1, 2, 3);
        present.putAll(topic("u", 3, 1, 4));

        var evacuated = new ReplicaPlacement(brokers(1, 2, 4), present).evacuated();

        assertThat(load(evacuated)).doesNotContainKey(3);
        assertThat(moved(present, evacuated)).isEqualTo(12);
        assertThat(evacuated.get(new TopicPartition("u", 0))).containsExactly(1, 4);
        present.forEach((partition, ids) -> {
            for (int i = 0; i < ids.size(); i++) {
                if (ids.get(i) != 3) {
                    assertThat(evacuated.get(partition).get(i)).isEqualTo(ids.get(i));
                }
            }
        });
    }

    @Test
    void leadershipIsSpreadWithoutMovingData() {
        var present = new TreeMap<TopicPartition, List<Integer>>();
        IntStream.range(0, 9).forEach(number -> present.put(new TopicPartition("t", number), List.of(1, 2, 3)));

        var balanced = new ReplicaPlacement(brokers(1, 2, 3), present).balanced();

        assertThat(led(balanced)).containsOnly(Map.entry(1, 3), Map.entry(2, 3), Map.entry(3, 3));
        assertThat(moved(present, balanced)).isZero();
    }

    @Test
    void replicasOfAPartitionStayOnDifferentRacks() {
        var racks = new TreeMap<Integer, Optional<String>>();
        IntStream.rangeClosed(1, 6).forEach(id -> racks.put(id, Optional.of("r" + id % 3)));

        var balanced = new ReplicaPlacement(racks, topic("t", 12, 1, 2, 3)).balanced();

        assertThat(balanced.values())
                .allSatisfy(ids -> assertThat(ids.stream().map(racks::get)).doesNotHaveDuplicates());
        assertThat(load(balanced).values())
                .allSatisfy(count -> assertThat(count).isEqualTo(6));
    }

    /** What a random plan must be like. */
    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10})
    void everyPlanIsSoundAndEven(long seed) {
        var random = new Random(seed);
        int brokers = 3 + random.nextInt(5);
        var present = new TreeMap<TopicPartition, List<Integer>>();
        for (int topic = 0; topic < 4; topic++) {
            int replicas = 1 + random.nextInt(3);
            for (int number = 0; number < 1 + random.nextInt(20); number++) {
                var ids =
                        new ArrayList<>(IntStream.range(0, brokers + 2).boxed().toList());
                Collections.shuffle(ids, random);
                present.put(new TopicPartition("t" + topic, number), ids.subList(0, replicas));
            }
        }

        SortedMap<TopicPartition, List<Integer>> balanced =
                new ReplicaPlacement(brokers(IntStream.range(0, brokers).toArray()), present).balanced();

        assertThat(balanced.keySet()).isEqualTo(present.keySet());
        balanced.forEach((partition, ids) -> {
            assertThat(new HashSet<>(ids)).hasSameSizeAs(present.get(partition));
            assertThat(ids).allSatisfy(id -> assertThat(id).isLessThan(brokers));
        });
        var load = load(balanced);
        IntStream.range(0, brokers).forEach(id -> load.putIfAbsent(id, 0));
        assertThat(Collections.max(load.values()) - Collections.min(load.values()))
                .isLessThanOrEqualTo(1);
        assertThat(new ReplicaPlacement(brokers(IntStream.range(0, brokers).toArray()), balanced).balanced())
                .as("a second plan changes nothing")
                .isEqualTo(balanced);
    }
}
