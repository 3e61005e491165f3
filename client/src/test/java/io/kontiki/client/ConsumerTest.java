package io.kontiki.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.kontiki.record.ControlRecords;
import io.kontiki.record.RecordBatchBuilder;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.ConcurrentModificationException;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(30)
class ConsumerTest {
    private static final TopicPartition P0 = new TopicPartition(FakeCluster.TOPIC, 0);
    private static final TopicPartition P1 = new TopicPartition(FakeCluster.TOPIC, 1);
    private static final Duration LONG = Duration.ofSeconds(10);

    private final FakeCluster cluster = new FakeCluster(3, 2);
    private Consumer consumer;

    @AfterEach
    void close() {
        if (consumer != null) {
            consumer.close();
        }
        cluster.close();
    }

    private Consumer.Builder settings() {
        return Consumer.builder().bootstrapServers(cluster.bootstrap()).transport(cluster);
    }

    private void start(Consumer.Builder settings) {
        consumer = settings.build();
    }

    private static ByteBuffer batch(String... values) {
        var builder = new RecordBatchBuilder(1 << 16);
        for (var value : values) {
            builder.add(7, null, ByteBuffer.wrap(value.getBytes(StandardCharsets.UTF_8)), List.of());
        }
        return builder.build();
    }

    private static String value(ConsumerRecord record) {
        return new String(record.value().orElseThrow(), StandardCharsets.UTF_8);
    }

    private List<String> pollUntil(int count) {
        var values = new ArrayList<String>();
        while (values.size() < count) {
            consumer.poll(LONG).forEach(record -> values.add(value(record)));
        }
        return values;
    }

    @Test
    void readsFromTheBeginningAndPassesOverControlBatches() {
        cluster.appendRaw(0, batch("a", "b"));
        cluster.appendRaw(0, ControlRecords.leaderChange(1, List.of(1), List.of(1), 5));
        cluster.appendRaw(0, batch("c"));
        start(settings().startAt(Position.earliest()));
        consumer.assign(List.of(P0));

        assertThat(pollUntil(3)).containsExactly("a", "b", "c");
        assertThat(consumer.position(P0)).isEqualTo(4);
    }

    @Test
    void seekSkipsTheRecordsOfTheBatchBelowTheWantedOffset() {
        cluster.appendRaw(0, batch("a", "b", "c"));
        start(settings());
        consumer.assign(List.of(P0));
        consumer.seek(P0, Position.offset(1));

        var records = consumer.poll(LONG);

        assertThat(records).extracting(ConsumerRecord::offset).containsExactly(1L, 2L);
        assertThat(records.get(0).timestampMs()).isEqualTo(7);
    }

    @Test
    void everyKindOfPositionIsFound() {
        cluster.appendRaw(0, batch("a", "b", "c"));
        start(settings());

        assertThat(consumer.beginningOffsets(List.of(P0, P1))).isEqualTo(Map.of(P0, 0L, P1, 0L));
        assertThat(consumer.endOffsets(List.of(P0, P1))).isEqualTo(Map.of(P0, 3L, P1, 0L));
        assertThat(consumer.offsets(Map.of(P0, Position.last(2), P1, Position.last(5))))
                .extractingFromEntries(entry -> entry.getValue().offset())
                .containsExactlyInAnyOrder(1L, 0L);
        assertThat(consumer.offsets(Map.of(P0, Position.timestampMs(99)))
                        .get(P0)
                        .offset())
                .isEqualTo(3);
    }

    @Test
    void startsAtTheEndByDefault() {
        cluster.appendRaw(0, batch("old"));
        start(settings());
        consumer.assign(List.of(P0));
        assertThat(consumer.position(P0)).isEqualTo(1);
        cluster.appendRaw(0, batch("new"));

        assertThat(pollUntil(1)).containsExactly("new");
    }

    @Test
    void pollReturnsNoMoreThanAskedForAndLosesNothing() {
        cluster.appendRaw(0, batch("a", "b", "c", "d", "e"));
        start(settings().startAt(Position.earliest()).maxPollRecords(2));
        consumer.assign(List.of(P0));

        assertThat(consumer.poll(LONG)).hasSize(2);
        assertThat(consumer.position(P0)).isEqualTo(2);
        assertThat(pollUntil(3)).containsExactly("c", "d", "e");
    }

    @Test
    void followsANewLeader() {
        cluster.appendRaw(0, batch("a"));
        start(settings().startAt(Position.earliest()));
        consumer.assign(List.of(P0));
        assertThat(pollUntil(1)).containsExactly("a");

        cluster.broker(1).kill();
        cluster.elect(0, 3);
        cluster.appendRaw(0, batch("b"));

        assertThat(pollUntil(1)).containsExactly("b");
    }

    @Test
    void aPartitionWithoutLeaderHoldsUpNoOther() {
        cluster.elect(1, 0);
        cluster.appendRaw(0, batch("a"));
        start(settings().startAt(Position.earliest()));
        consumer.assign(List.of(P0, P1));

        assertThat(pollUntil(1)).containsExactly("a");
    }

    @Test
    void followsALeaderThatOnlyARefusalNames() {
        start(settings().startAt(Position.earliest()));
        consumer.assign(List.of(P0));
        cluster.electQuietly(0, 2);
        cluster.appendRaw(0, batch("a"));

        assertThat(pollUntil(1)).containsExactly("a");
    }

    @Test
    void aPositionOutsideTheLogFailsOrResetsAsAsked() {
        cluster.appendRaw(0, batch("a"));
        start(settings());
        consumer.assign(List.of(P0));
        consumer.seek(P0, Position.offset(50));
        assertThatThrownBy(() -> consumer.poll(LONG))
                .isInstanceOfSatisfying(
                        KontikiException.class, e -> assertThat(e.reason()).isEqualTo(ErrorReason.OFFSET_OUT_OF_RANGE));
        consumer.close();

        start(settings().resetPolicy(ResetPolicy.EARLIEST));
        consumer.assign(List.of(P0));
        consumer.seek(P0, Position.offset(50));
        assertThat(pollUntil(1)).containsExactly("a");
    }

    @Test
    void aDamagedBatchIsToldAfterTheGoodRecordsBeforeIt() {
        cluster.appendRaw(0, batch("good"));
        var damaged = batch("bad");
        damaged.put(damaged.limit() - 2, (byte) '!');
        cluster.appendRaw(0, damaged);
        start(settings().startAt(Position.earliest()));
        consumer.assign(List.of(P0));

        assertThat(pollUntil(1)).containsExactly("good");
        assertThatThrownBy(() -> consumer.poll(LONG))
                .hasMessageContaining("orders-0, offset 1")
                .isInstanceOfSatisfying(
                        KontikiException.class, e -> assertThat(e.reason()).isEqualTo(ErrorReason.CORRUPT_BATCH));
        assertThat(consumer.position(P0)).isEqualTo(1);
    }

    @Test
    void wakeupEndsAPoll() throws Exception {
        start(settings());
        consumer.assign(List.of(P0));
        var poll = CompletableFuture.supplyAsync(() -> consumer.poll(Duration.ofSeconds(25)));
        consumer.wakeup();

        assertThat(poll.get(5, TimeUnit.SECONDS)).isEmpty();
    }

    @Test
    void aSecondThreadIsRefused() throws Exception {
        start(settings());
        consumer.assign(List.of(P0));
        var poll = CompletableFuture.supplyAsync(() -> consumer.poll(Duration.ofSeconds(25)));
        org.awaitility.Awaitility.await()
                .untilAsserted(() ->
                        assertThatThrownBy(consumer::assignment).isInstanceOf(ConcurrentModificationException.class));
        consumer.wakeup();
        poll.get(5, TimeUnit.SECONDS);
    }

    @Test
    void assigningAnUnknownPartitionFailsAndKeepsTheAssignment() {
        start(settings());
        consumer.assign(List.of(P0));

        assertThatThrownBy(() -> consumer.assign(List.of(new TopicPartition(FakeCluster.TOPIC, 9))))
                .hasMessageContaining("no partition 9");
        assertThat(consumer.assignment()).containsExactly(P0);
    }
}
