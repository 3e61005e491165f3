package io.kontiki.client;

import static io.kontiki.client.ProducerFixture.failure;
import static io.kontiki.client.ProducerFixture.get;
import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.CompletableFuture;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

@Timeout(120)
class CompressedSendTest {
    private final ProducerFixture fixture = new ProducerFixture(2, 1);
    private final FakeCluster cluster = fixture.cluster;

    @AfterEach
    void close() {
        fixture.close();
    }

    private List<CompletableFuture<RecordMetadata>> sendAll(List<String> values) {
        return values.stream().map(fixture::send).toList();
    }

    private static List<String> alike(int count) {
        return IntStream.range(0, count)
                .mapToObj(i ->
                        "{\"order\":" + i + ",\"state\":\"delivered\",\"note\":\"" + "all is well ".repeat(20) + "\"}")
                .toList();
    }

    private static String noise(int bytes, long seed) {
        var random = new SplittableRandom(seed);
        return random.ints(bytes, ' ', 127)
                .collect(StringBuilder::new, StringBuilder::appendCodePoint, StringBuilder::append)
                .toString();
    }

    @ParameterizedTest
    @EnumSource
    void everyCodecDeliversInOrder(Compression codec) {
        var producer = fixture.start(fixture.settings().compression(codec).linger(Duration.ofMillis(5)));
        var values = alike(3000);
        var futures = sendAll(values);
        producer.flush();

        assertThat(cluster.values(0)).isEqualTo(values);
        for (int i = 0; i < futures.size(); i++) {
            assertThat(get(futures.get(i)).offset()).hasValue(i);
        }
        assertThat(cluster.broker(1).seen()).allMatch(batch -> batch.codec() == codec.codec());
    }

    @ParameterizedTest
    @EnumSource(mode = EnumSource.Mode.EXCLUDE, names = "NONE")
    void batchesAreFilledToTheirPackedSize(Compression codec) {
        var producer = fixture.start(
                fixture.settings().compression(codec).batchBytes(16 << 10).linger(Duration.ofSeconds(20)));
        sendAlike(producer, 6_000);

        var seen = cluster.broker(1).seen();
        assertThat(seen).allMatch(batch -> batch.bytes() <= 16 << 10);
        // Packed, each holds several times as much as an unpacked one would.
        assertThat(seen.subList(0, seen.size() - 1)).allMatch(batch -> batch.records() > 3 * (16 << 10) / 300);
    }

    private void sendAlike(Producer producer, int count) {
        var values = alike(count);
        sendAll(values);
        producer.flush();
        assertThat(cluster.values(0)).isEqualTo(values);
    }

    @ParameterizedTest
    @EnumSource
    void lostAnswersAndElectionsMakeNeitherGapNorDuplicate(Compression codec) {
        var producer = fixture.start(fixture.settings().compression(codec).batchBytes(2048));
        get(fixture.send("first"));
        var values = new ArrayList<>(List.of("first"));
        cluster.broker(1).storeNextAndBreak();
        cluster.broker(1).breakNextUnstored();
        cluster.broker(1).refuseNext(io.kontiki.proto.v1.ErrorReason.ERROR_REASON_NOT_ENOUGH_REPLICAS);
        cluster.broker(1).onNextProduce((request, answers) -> {
            cluster.append(1, request.getPartitions(0));
            cluster.elect(0, 2);
            return false;
        });
        for (int i = 0; i < 300; i++) {
            values.add(noise(200, i));
            fixture.send(values.get(values.size() - 1));
        }
        producer.flush();

        assertThat(cluster.values(0)).isEqualTo(values);
    }

    @Test
    void aLargeRecordThatShrinksEnoughIsSent() {
        fixture.start(fixture.settings().compression(Compression.ZSTD));

        assertThat(get(fixture.send("h".repeat(3 << 20))).offset()).hasValue(0);
        assertThat(cluster.broker(1).seen().get(0).bytes()).isLessThan(10_000);
    }

    @Test
    void aLargeRecordThatDoesNotShrinkEnoughIsKeptBackAndTheNextOnesGo() {
        fixture.start(fixture.settings().compression(Compression.LZ4));
        var tooLarge = fixture.send(noise(3 << 20, 1));
        var next = fixture.send("next");

        assertThat(failure(tooLarge).reason()).isEqualTo(ErrorReason.RECORD_TOO_LARGE);
        assertThat(failure(tooLarge).definite()).isTrue();
        assertThat(failure(tooLarge))
                .hasMessageContaining("packed by LZ4")
                .hasMessageContaining("max.message.bytes of topic orders is 2000000");
        assertThat(get(next).offset()).hasValue(0);
        assertThat(cluster.broker(1).seen()).hasSize(1);
    }

    @ParameterizedTest
    @EnumSource
    void aBatchThatIsTooLargeForTheBrokerIsParted(Compression codec) {
        cluster.limitBatches(3000);
        var producer = fixture.start(fixture.settings().compression(codec).linger(Duration.ofSeconds(20)));
        var values = IntStream.range(0, 200).mapToObj(i -> noise(300, i)).toList();
        var futures = sendAll(values);
        producer.flush();

        for (int i = 0; i < futures.size(); i++) {
            assertThat(get(futures.get(i)).offset()).hasValue(i);
        }
        assertThat(cluster.values(0)).isEqualTo(values);
        assertThat(cluster.broker(1).seen().stream()
                        .map(FakeBroker.Seen::producerId)
                        .distinct())
                .hasSize(1);
    }

    @Test
    void aBatchWithoutSequencesIsPartedToo() {
        cluster.limitBatches(3000);
        var producer = fixture.start(fixture.settings().acks(Acks.LEADER).linger(Duration.ofSeconds(20)));
        var values = IntStream.range(0, 100).mapToObj(i -> noise(300, i)).toList();
        sendAll(values);
        producer.flush();

        assertThat(cluster.values(0)).isEqualTo(values);
    }

    @Test
    void ofAPartedBatchOnlyTheRecordThatIsTooLargeFails() {
        cluster.limitBatches(3000);
        var producer = fixture.start(fixture.settings().linger(Duration.ofSeconds(20)));
        var before = fixture.send("before");
        var tooLarge = fixture.send(noise(5000, 1));
        var after = fixture.send("after");
        producer.flush();

        assertThat(get(before).offset()).hasValue(0);
        assertThat(failure(tooLarge).reason()).isEqualTo(ErrorReason.RECORD_TOO_LARGE);
        assertThat(failure(tooLarge).definite()).isTrue();
        assertThat(get(after).offset()).hasValue(1);
        assertThat(cluster.values(0)).containsExactly("before", "after");
    }

    @Test
    void keysHeadersTombstonesAndTimesSurviveThePartingOfABatch() {
        cluster.limitBatches(200);
        var producer =
                fixture.start(fixture.settings().compression(Compression.GZIP).linger(Duration.ofSeconds(20)));
        for (int i = 0; i < 20; i++) {
            producer.send(ProducerRecord.to(FakeCluster.TOPIC)
                    .partition(0)
                    .key(("key" + i).getBytes(StandardCharsets.UTF_8))
                    .header("with", noise(40, i).getBytes(StandardCharsets.UTF_8))
                    .header(Header.of("without"))
                    .timestampMs(1000 + 7 * (i % 3))
                    .build());
        }
        producer.flush();

        var records = new ArrayList<ConsumerRecord>();
        new BatchReader(
                        new TopicPartition(FakeCluster.TOPIC, 0),
                        cluster.read(0, 0).asReadOnlyByteBuffer(),
                        0,
                        true)
                .readInto(records, 100);
        assertThat(records).hasSize(20);
        for (int i = 0; i < 20; i++) {
            var record = records.get(i);
            assertThat(record.key()).hasValue(("key" + i).getBytes(StandardCharsets.UTF_8));
            assertThat(record.value()).isEmpty();
            assertThat(record.timestampMs()).isEqualTo(1000 + 7 * (i % 3));
            assertThat(record.headers().get(0).value()).hasValue(noise(40, i).getBytes(StandardCharsets.UTF_8));
            assertThat(record.headers().get(1).value()).isEmpty();
        }
    }

    @Test
    void aBatchHoldsNoMoreThanReadersHaveRoomFor() {
        var producer = fixture.start(fixture.settings()
                .compression(Compression.ZSTD)
                .batchBytes(1 << 20)
                .linger(Duration.ofSeconds(20)));
        var zeros = "0".repeat(100 << 10);
        for (int i = 0; i < 400; i++) {
            fixture.send(zeros);
        }
        producer.flush();

        assertThat(cluster.broker(1).seen())
                .hasSizeGreaterThanOrEqualTo(3)
                .allMatch(batch -> batch.records() <= 16 * 1024 / 100);
        assertThat(cluster.endOffset(0)).isEqualTo(400);
    }
}
