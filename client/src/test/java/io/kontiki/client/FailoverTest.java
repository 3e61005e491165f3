package io.kontiki.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Over TCP, where a dead broker refuses connections and gRPC has pauses of its own between dials. */
@Timeout(60)
class FailoverTest {
    private final FakeCluster cluster = new FakeCluster(3, 1, true);
    private final Producer producer = Producer.builder()
            .bootstrapServers(cluster.bootstrap())
            .linger(Duration.ofMillis(1))
            .build();

    @AfterEach
    void close() {
        producer.close(Duration.ZERO);
        cluster.close();
    }

    private CompletableFuture<RecordMetadata> send(String value) {
        return producer.send(record(value));
    }

    private static ProducerRecord record(String value) {
        return ProducerRecord.of(FakeCluster.TOPIC, value.getBytes(StandardCharsets.UTF_8));
    }

    @Test
    void leadersDieUnderLoadAndNothingIsLostDoubledOrReordered() throws Exception {
        var sent = new ArrayList<String>();
        var futures = new ArrayList<CompletableFuture<RecordMetadata>>();
        for (int round = 0; round < 6; round++) {
            int leader = cluster.leaderOf(0);
            for (int i = 0; i < 3000; i++) {
                sent.add(round + "-" + i);
                futures.add(send(sent.get(sent.size() - 1)));
                if (i == 1500) {
                    cluster.broker(leader).kill();
                }
                if (i == 2000) {
                    cluster.elect(0, 1 + leader % 3);
                }
            }
            long startNanos = System.nanoTime();
            producer.flush();
            assertThat(Duration.ofNanos(System.nanoTime() - startNanos)).isLessThan(Duration.ofSeconds(3));
            cluster.broker(leader).start();
        }

        assertThat(futures).allMatch(future -> future.isDone() && !future.isCompletedExceptionally());
        assertThat(cluster.values(0)).isEqualTo(sent);
    }

    @Test
    void aLeaderThatComesBackIsReachedSoonAfterALongAbsence() throws Exception {
        send("a").get(10, TimeUnit.SECONDS);
        cluster.broker(1).kill();
        var waiting = send("b");
        // Long enough for gRPC's own pauses between dials to have grown beyond a second.
        await().during(Duration.ofSeconds(4)).atMost(Duration.ofSeconds(6)).until(() -> !waiting.isDone());
        cluster.broker(1).start();
        long startNanos = System.nanoTime();
        waiting.get(10, TimeUnit.SECONDS);

        assertThat(Duration.ofNanos(System.nanoTime() - startNanos)).isLessThan(Duration.ofMillis(700));
        assertThat(cluster.values(0)).isEqualTo(List.of("a", "b"));
    }

    /** The watch is at the broker that hangs, since no other is known when it begins. */
    @Test
    void producerLeavesALeaderThatHangs() throws Exception {
        try (var other = Producer.builder()
                .transport(cluster)
                .bootstrapServers(cluster.address(1))
                .build()) {
            other.send(record("a")).get(10, TimeUnit.SECONDS);
            cluster.broker(1).hang();
            var waiting = other.send(record("b"));
            cluster.elect(0, 2);
            waiting.get(6, TimeUnit.SECONDS);
        }
        assertThat(cluster.values(0)).containsExactly("a", "b");
    }

    @Test
    void consumerLeavesALeaderThatHangs() throws Exception {
        send("a").get(10, TimeUnit.SECONDS);
        try (var consumer = Consumer.builder()
                .transport(cluster)
                .bootstrapServers(cluster.address(1))
                .startAt(Position.earliest())
                .build()) {
            consumer.assign(List.of(new TopicPartition(FakeCluster.TOPIC, 0)));
            await().until(() -> consumer.poll(Duration.ofMillis(100)).size() == 1);
            cluster.broker(1).hang();
            cluster.elect(0, 2);
            send("b").get(10, TimeUnit.SECONDS);
            await().atMost(Duration.ofSeconds(6))
                    .until(() -> consumer.poll(Duration.ofMillis(100)).size() == 1);
        }
    }

    /** Whoever watches a broker that hangs hears of no new leader, though it has nothing to ask of that broker. */
    @Test
    void producerHearsOfANewLeaderAlsoWhenTheWatchedBrokerHangs() throws Exception {
        cluster.elect(0, 2);
        try (var other = Producer.builder()
                .transport(cluster)
                .bootstrapServers(cluster.address(1))
                .build()) {
            other.send(record("a")).get(10, TimeUnit.SECONDS);
            cluster.broker(1).hang();
            cluster.broker(2).kill();
            cluster.elect(0, 3);
            other.send(record("b")).get(6, TimeUnit.SECONDS);
        }
        assertThat(cluster.values(0)).containsExactly("a", "b");
    }
}
