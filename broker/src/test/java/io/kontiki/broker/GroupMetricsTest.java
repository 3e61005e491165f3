package io.kontiki.broker;

import static io.kontiki.broker.HttpReading.get;
import static io.kontiki.broker.HttpReading.value;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.google.protobuf.ByteString;
import io.grpc.ManagedChannel;
import io.grpc.netty.shaded.io.grpc.netty.NettyChannelBuilder;
import io.grpc.stub.StreamObserver;
import io.kontiki.proto.v1.CommitOffsetsRequest;
import io.kontiki.proto.v1.FetchPartition;
import io.kontiki.proto.v1.FetchRequest;
import io.kontiki.proto.v1.FetchResponse;
import io.kontiki.proto.v1.FetchServiceGrpc;
import io.kontiki.proto.v1.GroupServiceGrpc;
import io.kontiki.proto.v1.OffsetToCommit;
import io.kontiki.proto.v1.PublishRecord;
import io.kontiki.proto.v1.PublishRequest;
import io.kontiki.proto.v1.PublishServiceGrpc;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A group that was read up to some offset, without any member. */
class GroupMetricsTest {
    private static final String SERIES = "{group=\"readers\",partition=\"0\",topic=\"orders\"}";

    @TempDir
    private Path data;

    private Broker broker;
    private ManagedChannel channel;

    private void start(Map<String, String> settings) throws InterruptedException {
        var all = new HashMap<>(settings);
        all.put("log.dirs", data.toString());
        all.put("listeners", "GRPC://127.0.0.1:0");
        all.put("http.listener", "127.0.0.1:0");
        broker = Broker.start(BrokerConfig.of(all));
        assertThat(broker.awaitServing(Duration.ofSeconds(30))).isTrue();
        channel = NettyChannelBuilder.forAddress(
                        broker.endpoint().host(), broker.endpoint().port())
                .usePlaintext()
                .build();
        HttpReading.createTopic(broker, "orders", 1);
    }

    @AfterEach
    void close() {
        channel.shutdownNow();
        broker.close();
    }

    private void publish(long timestampMs) {
        PublishServiceGrpc.newBlockingStub(channel)
                .publish(PublishRequest.newBuilder()
                        .setTopic("orders")
                        .addRecords(PublishRecord.newBuilder()
                                .setValue(ByteString.copyFromUtf8("v"))
                                .setTimestampMs(timestampMs))
                        .build());
    }

    private void commit(long offset) {
        GroupServiceGrpc.newBlockingStub(channel)
                .commitOffsets(CommitOffsetsRequest.newBuilder()
                        .setGroupId("readers")
                        .addOffsets(
                                OffsetToCommit.newBuilder().setTopic("orders").setOffset(offset))
                        .build());
    }

    private String scrape() throws Exception {
        return get(broker, "/metrics").body();
    }

    @Test
    void lagIsToldInRecordsAndSeconds() throws Exception {
        start(Map.of());
        long hourAgo = System.currentTimeMillis() - 3_600_000;
        publish(hourAgo);
        publish(hourAgo + 1_000_000);
        publish(hourAgo + 2_000_000);
        // Offset 0 has the record with which the leader began.
        commit(2);
        await().untilAsserted(() -> assertThat(scrape()).contains("kontiki_group_committed_offset" + SERIES));
        var scrape = scrape();

        assertThat(value(scrape, "kontiki_group_committed_offset" + SERIES)).isEqualTo(2);
        assertThat(value(scrape, "kontiki_group_lag_records" + SERIES)).isEqualTo(2);
        assertThat(value(scrape, "kontiki_group_lag_seconds" + SERIES)).isBetween(2600.0, 2700.0);
        assertThat(value(scrape, "kontiki_groups{state=\"empty\"}")).isEqualTo(1);
        assertThat(value(scrape, "kontiki_group_members{group=\"readers\"}")).isZero();

        assertThat(value(scrape, "kontiki_topic_received_records_total{topic=\"orders\"}"))
                .isEqualTo(3);
        for (String stage : List.of("queue", "append", "replicate")) {
            assertThat(value(scrape, "kontiki_produce_stage_duration_seconds_count{stage=\"" + stage + "\"}"))
                    .isEqualTo(3);
        }

        commit(4);
        await().untilAsserted(() -> assertThat(scrape())
                .contains("kontiki_group_lag_records" + SERIES + " 0", "kontiki_group_lag_seconds" + SERIES + " 0"));
    }

    @Test
    void whatConsumersGetAndAreRefusedIsCounted() throws Exception {
        start(Map.of());
        publish(1);
        var answers = new LinkedBlockingQueue<FetchResponse>();
        var requests = FetchServiceGrpc.newStub(channel).fetch(new StreamObserver<>() {
            @Override
            public void onNext(FetchResponse response) {
                answers.add(response);
            }

            @Override
            public void onError(Throwable cause) {}

            @Override
            public void onCompleted() {}
        });
        requests.onNext(fetch("orders", 1));
        requests.onNext(fetch("bills", 0));
        var read = answers.poll(30, TimeUnit.SECONDS).getPartitions(0);
        assertThat(answers.poll(30, TimeUnit.SECONDS).getPartitions(0).hasError())
                .isTrue();
        var scrape = scrape();

        assertThat(value(scrape, "kontiki_fetch_requests_total")).isEqualTo(2);
        assertThat(value(scrape, "kontiki_topic_sent_bytes_total{topic=\"orders\"}"))
                .isEqualTo(read.getRecords().size())
                .isPositive();
        assertThat(value(scrape, "kontiki_errors_total{reason=\"TOPIC_NOT_FOUND\"}"))
                .isEqualTo(1);
        assertThat(value(scrape, "kontiki_fetch_stage_duration_seconds_count{stage=\"read\"}"))
                .isEqualTo(2);
    }

    private static FetchRequest fetch(String topic, long offset) {
        return FetchRequest.newBuilder()
                .addPartitions(FetchPartition.newBuilder().setTopic(topic).setOffset(offset))
                .build();
    }

    @Test
    void groupsMayGoWithoutSeries() throws Exception {
        start(Map.of("metrics.groups", "false"));
        commit(0);
        await().untilAsserted(() -> assertThat(scrape()).contains("kontiki_groups{state=\"empty\"} 1"));
        assertThat(scrape()).doesNotContain("kontiki_group_");
    }
}
