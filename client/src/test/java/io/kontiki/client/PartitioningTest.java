package io.kontiki.client;

import static io.kontiki.client.ProducerFixture.failure;
import static io.kontiki.client.ProducerFixture.get;
import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.UUID;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(120)
class PartitioningTest {
    private static final int PARTITIONS = 4;

    private final ProducerFixture fixture = new ProducerFixture(2, PARTITIONS);
    private final FakeCluster cluster = fixture.cluster;

    @AfterEach
    void close() {
        fixture.close();
    }

    private static ProducerRecord plain(String value) {
        return ProducerRecord.of(FakeCluster.TOPIC, bytes(value));
    }

    private static ProducerRecord keyed(String key) {
        return ProducerRecord.of(FakeCluster.TOPIC, bytes(key), bytes("v"));
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    /** @param leaders by partition; 0 for none */
    private static TopicInfo topic(int... leaders) {
        var partitions = IntStream.range(0, leaders.length)
                .mapToObj(i -> new PartitionInfo(
                        i,
                        leaders[i] == 0 ? OptionalInt.empty() : OptionalInt.of(leaders[i]),
                        1,
                        1,
                        List.of(1),
                        List.of(1),
                        List.of(),
                        1))
                .toList();
        return new TopicInfo(new UUID(1, 2), FakeCluster.TOPIC, partitions, Map.of());
    }

    private static List<Integer> choices(Partitioner partitioner, TopicInfo topic, int count) {
        return IntStream.range(0, count)
                .map(i -> partitioner.partition(plain("v"), topic))
                .boxed()
                .toList();
    }

    @Test
    void anEmptyKeyIsAKey() {
        var record = ProducerRecord.of(FakeCluster.TOPIC, new byte[0], new byte[1]);
        // Murmur2 of nothing is 275646681.
        assertThat(Partitioner.byKey().partition(record, topic(1, 1, 1, 1, 1, 1, 1)))
                .isEqualTo(275_646_681 % 7);
        assertThat(Partitioner.byKey().partition(plain("v"), topic(1, 1))).isEqualTo(Partitioner.ANY);
    }

    @Test
    void aKeyKeepsItsPartitionWhenItHasNoLeader() {
        for (int i = 0; i < 50; i++) {
            assertThat(Partitioner.byKey().partition(keyed("k" + i), topic(0, 1, 0, 1)))
                    .isEqualTo(Partitioner.byKey().partition(keyed("k" + i), topic(1, 1, 1, 1)));
        }
    }

    @Test
    void roundRobinTakesPartitionsInTurnAndPassesOverThoseWithoutLeader() {
        assertThat(choices(Partitioner.roundRobin(), topic(1, 1, 1), 7)).containsExactly(0, 1, 2, 0, 1, 2, 0);
        assertThat(choices(Partitioner.roundRobin(), topic(0, 1, 0, 1), 4)).containsExactly(1, 3, 1, 3);
        assertThat(choices(Partitioner.roundRobin(), topic(0, 0), 4)).containsExactly(0, 1, 0, 1);
    }

    @Test
    void roundRobinLeavesKeysWhereTheyBelong() {
        for (int i = 0; i < 50; i++) {
            assertThat(Partitioner.roundRobin().partition(keyed("k" + i), topic(1, 1, 1)))
                    .isEqualTo(Partitioner.byKey().partition(keyed("k" + i), topic(1, 1, 1)));
        }
    }

    @Test
    void roundRobinGoesOnInATopicThatCameBackWithFewerPartitions() {
        var partitioner = Partitioner.roundRobin();
        choices(partitioner, topic(1, 1, 1, 1), 4);
        assertThat(choices(partitioner, topic(1, 1), 3)).allMatch(partition -> partition < 2);
    }

    @Test
    void recordsWithoutKeyMoveOnWithEachBatch() {
        var producer = fixture.start(fixture.settings());
        var partitions = new ArrayList<Integer>();
        for (int i = 0; i < 2 * PARTITIONS; i++) {
            // Each is acknowledged before the next: a batch of its own.
            partitions.add(get(producer.send(plain("v"))).partition());
        }

        for (int i = 1; i < partitions.size(); i++) {
            assertThat(partitions.get(i)).isEqualTo((partitions.get(i - 1) + 1) % PARTITIONS);
        }
    }

    @Test
    void recordsWithoutKeyShareTheBatchUnderWay() {
        var producer = fixture.start(fixture.settings().linger(Duration.ofSeconds(20)));
        var futures = IntStream.range(0, 50)
                .mapToObj(i -> producer.send(plain("v" + i)))
                .toList();
        producer.flush();

        assertThat(futures.stream().map(future -> get(future).partition()).distinct())
                .hasSize(1);
    }

    @Test
    void recordsWithoutKeyPassOverPartitionsWithoutLeader() {
        cluster.elect(1, 0);
        cluster.elect(2, 0);
        var producer = fixture.start(fixture.settings().deliveryTimeout(Duration.ofSeconds(20)));
        var used = new HashSet<Integer>();
        for (int i = 0; i < 8; i++) {
            used.add(get(producer.send(plain("v"))).partition());
        }

        assertThat(used).containsExactlyInAnyOrder(0, 3);
    }

    @Test
    void stickyTakesNoNoticeOfKeys() {
        var producer = fixture.start(fixture.settings().partitioner(Partitioner.sticky()));
        var used = new HashSet<Integer>();
        for (int i = 0; i < PARTITIONS; i++) {
            used.add(get(producer.send(keyed("one"))).partition());
        }

        assertThat(used).hasSize(PARTITIONS);
    }

    @Test
    void aCustomPartitionerDecidesAndTheRecordsOwnChoiceComesFirst() {
        var producer = fixture.start(fixture.settings()
                .partitioner((record, topic) -> record.key()
                        .map(key -> key.length)
                        .orElse(topic.partitions().size() - 1)));

        assertThat(get(producer.send(keyed("ab"))).partition()).isEqualTo(2);
        assertThat(get(producer.send(plain("v"))).partition()).isEqualTo(PARTITIONS - 1);
        assertThat(get(producer.send(keyed("ab").toBuilder().partition(1).build()))
                        .partition())
                .isEqualTo(1);
    }

    @Test
    void whatAPartitionerDoesWrongFailsThatRecordAlone() {
        var producer = fixture.start(fixture.settings().partitioner((record, topic) -> {
            if (record.rawKey().length > 9) {
                throw new IllegalStateException("no key so long");
            }
            return record.rawKey().length;
        }));

        assertThat(failure(producer.send(keyed("too far"))))
                .hasMessage("the partitioner chose partition 7 of topic orders, which has only 0 to 3")
                .extracting(KontikiException::reason, KontikiException::definite)
                .containsExactly(ErrorReason.PARTITION_NOT_FOUND, true);
        assertThat(failure(producer.send(keyed("much too far"))))
                .hasMessageContaining("no key so long")
                .extracting(KontikiException::reason, KontikiException::definite)
                .containsExactly(ErrorReason.INVALID_ARGUMENT, true);
        assertThat(get(producer.send(keyed("a"))).partition()).isEqualTo(1);
    }
}
