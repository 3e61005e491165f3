package io.kontiki.controller;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.kontiki.proto.internal.v1.Replicas;
import java.util.List;
import java.util.Random;
import java.util.TreeMap;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class ReplicaPlacementTest {
    private static List<List<Integer>> place(int brokers, int partitions, int factor, long seed) {
        var ids = IntStream.range(10, 10 + brokers).boxed().toList();
        return ReplicaPlacement.place(ids, partitions, factor, new Random(seed)).stream()
                .map(Replicas::getBrokerIdsList)
                .toList();
    }

    @Test
    void neverTwoReplicasOfAPartitionOnOneBrokerAndLeadersAreSpread() {
        for (int brokers = 1; brokers <= 7; brokers++) {
            for (int factor = 1; factor <= brokers; factor++) {
                for (long seed = 0; seed < 20; seed++) {
                    check(brokers, factor, place(brokers, 50, factor, seed));
                }
            }
        }
    }

    private static void check(int brokers, int factor, List<List<Integer>> partitions) {
        var led = new TreeMap<Integer, Integer>();
        for (var replicas : partitions) {
            assertThat(replicas).hasSize(factor).doesNotHaveDuplicates();
            led.merge(replicas.get(0), 1, Integer::sum);
        }
        assertThat(partitions).hasSize(50);
        assertThat(led.values()).allMatch(count -> count >= 50 / brokers && count <= (50 + brokers - 1) / brokers);
    }

    @Test
    void followersOfOneLeaderAreSpreadToo() {
        var partitions = place(5, 20, 2, 1);
        var followers = partitions.stream()
                .filter(replicas -> replicas.get(0) == 10)
                .map(replicas -> replicas.get(1))
                .distinct();
        assertThat(followers).hasSize(4);
    }

    @Test
    void startIsDrawn() {
        var starts = IntStream.range(0, 100)
                .mapToObj(seed -> place(5, 1, 1, seed).get(0).get(0))
                .distinct();
        assertThat(starts).hasSize(5);
        assertThat(place(5, 10, 3, 42)).isEqualTo(place(5, 10, 3, 42));
    }

    @Test
    void moreReplicasThanBrokersCannotBe() {
        assertThatIllegalArgumentException().isThrownBy(() -> place(2, 1, 3, 1));
        assertThatIllegalArgumentException().isThrownBy(() -> place(2, 1, 0, 1));
    }
}
