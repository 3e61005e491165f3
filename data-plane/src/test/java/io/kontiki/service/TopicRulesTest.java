package io.kontiki.service;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.google.protobuf.ByteString;
import com.google.protobuf.UnsafeByteOperations;
import io.kontiki.proto.v1.Acks;
import io.kontiki.proto.v1.ErrorReason;
import io.kontiki.proto.v1.PartitionError;
import io.kontiki.record.RecordBatch;
import io.kontiki.record.RecordBatchBuilder;
import io.kontiki.record.RecordBatches;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a topic's configuration demands of the records that producers send. */
class TopicRulesTest {
    private static final ByteBuffer NO_KEY = null;

    @TempDir
    Path root;

    private TestCluster cluster;

    @BeforeEach
    void start() throws IOException {
        cluster = new TestCluster(root, 3);
    }

    @AfterEach
    void stop() throws InterruptedException {
        cluster.close();
        assertThat(cluster.defects).isEmpty();
    }

    @Test
    void theLeadersTimeIsStoredAlikeOnEveryReplica() throws IOException {
        cluster.createTopic("t", Map.of("message.timestamp.type", "LogAppendTime"), List.of(0, 1, 2));
        long before = System.currentTimeMillis();
        assertThat(errorOf(1_000, NO_KEY).getReason()).isEqualTo(ErrorReason.ERROR_REASON_UNSPECIFIED);
        byte[] leaders = Files.readAllBytes(segment(0));
        RecordBatch last = null;
        for (RecordBatch batch : RecordBatches.of(ByteBuffer.wrap(leaders))) {
            batch.ensureValidChecksum();
            last = batch;
        }
        assertThat(last.isLogAppendTime()).isTrue();
        assertThat(last.maxTimestampMs()).isBetween(before, System.currentTimeMillis());
        for (int follower : List.of(1, 2)) {
            await().untilAsserted(() ->
                    assertThat(Files.readAllBytes(segment(follower))).isEqualTo(leaders));
        }
    }

    @Test
    void timestampsOutOfBoundsAreRefused() {
        cluster.createTopic("t", Map.of("message.timestamp.before.max.ms", "60000"), List.of(0));
        long now = System.currentTimeMillis();
        assertThat(errorOf(now, NO_KEY).getReason()).isEqualTo(ErrorReason.ERROR_REASON_UNSPECIFIED);
        assertThat(errorOf(now - 3_600_000, NO_KEY).getReason()).isEqualTo(ErrorReason.ERROR_REASON_INVALID_ARGUMENT);
        // One hour is the default.
        PartitionError ahead = errorOf(now + 2 * 3_600_000, NO_KEY);
        assertThat(ahead.getReason()).isEqualTo(ErrorReason.ERROR_REASON_INVALID_ARGUMENT);
        assertThat(ahead.getMessage()).contains("timestamp of record 0", "3600000 ms after");
    }

    @Test
    void compactedTopicsNeedKeys() {
        cluster.createTopic("t", Map.of("cleanup.policy", "compact,delete"), List.of(0));
        long now = System.currentTimeMillis();
        assertThat(errorOf(now, ByteBuffer.allocate(1)).getReason()).isEqualTo(ErrorReason.ERROR_REASON_UNSPECIFIED);
        PartitionError refused = errorOf(now, NO_KEY);
        assertThat(refused.getReason()).isEqualTo(ErrorReason.ERROR_REASON_POLICY_VIOLATION);
        assertThat(refused.getMessage()).contains("record 0 has no key");
    }

    private Path segment(int broker) {
        return cluster.logDirectory(broker, "t-0").resolve("00000000000000000000.log");
    }

    private PartitionError errorOf(long timestampMs, ByteBuffer key) {
        RecordBatchBuilder builder = new RecordBatchBuilder(1 << 20);
        builder.add(timestampMs, key, ByteBuffer.allocate(100), List.of());
        ByteString batch = UnsafeByteOperations.unsafeWrap(builder.build());
        try (ProduceCalls produce = new ProduceCalls(cluster.client(0))) {
            return produce.append("t", 0, Acks.ACKS_ALL, batch).getError();
        }
    }
}
