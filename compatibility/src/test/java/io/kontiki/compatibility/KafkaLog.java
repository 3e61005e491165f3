package io.kontiki.compatibility;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.compress.Compression;
import org.apache.kafka.common.config.TopicConfig;
import org.apache.kafka.common.record.TimestampType;
import org.apache.kafka.common.record.internal.CompressionType;
import org.apache.kafka.common.record.internal.MemoryRecords;
import org.apache.kafka.common.record.internal.MemoryRecordsBuilder;
import org.apache.kafka.common.record.internal.RecordBatch;
import org.apache.kafka.common.utils.Time;
import org.apache.kafka.server.common.RequestLocal;
import org.apache.kafka.server.util.KafkaScheduler;
import org.apache.kafka.storage.internals.log.AppendOrigin;
import org.apache.kafka.storage.internals.log.LogConfig;
import org.apache.kafka.storage.internals.log.LogDirFailureChannel;
import org.apache.kafka.storage.internals.log.ProducerStateManagerConfig;
import org.apache.kafka.storage.internals.log.UnifiedLog;
import org.apache.kafka.storage.internals.log.VerificationGuard;
import org.apache.kafka.storage.log.metrics.BrokerTopicStats;

/** A log as a Kafka broker keeps it, of the same topic as {@link OurLog}'s. */
final class KafkaLog implements AutoCloseable {
    private static final int MAX_TRANSACTION_MILLIS = 900_000;

    private final KafkaScheduler scheduler = new KafkaScheduler(1);
    private final UnifiedLog log;

    KafkaLog(Path root, int segmentBytes, int indexIntervalBytes) throws IOException {
        Path directory = Files.createDirectories(root.resolve(OurLog.NAME));
        scheduler.startup();
        log = UnifiedLog.create(
                directory.toFile(),
                new LogConfig(Map.of(
                        LogConfig.INTERNAL_SEGMENT_BYTES_CONFIG,
                        segmentBytes,
                        TopicConfig.INDEX_INTERVAL_BYTES_CONFIG,
                        indexIntervalBytes)),
                0,
                0,
                scheduler,
                new BrokerTopicStats(),
                Time.SYSTEM,
                MAX_TRANSACTION_MILLIS,
                new ProducerStateManagerConfig(86_400_000, false),
                600_000,
                new LogDirFailureChannel(1),
                false,
                Optional.of(topicId()));
    }

    static Uuid topicId() {
        return new Uuid(OurLog.TOPIC_ID.getMostSignificantBits(), OurLog.TOPIC_ID.getLeastSignificantBits());
    }

    /** A batch that Kafka encodes. */
    static MemoryRecords encode(
            List<Sample> records, io.kontiki.record.Compression codec, long producerId, int epoch, int sequence) {
        MemoryRecordsBuilder builder = MemoryRecords.builder(
                ByteBuffer.allocate(1 << 16),
                RecordBatch.CURRENT_MAGIC_VALUE,
                compression(codec),
                TimestampType.CREATE_TIME,
                0,
                RecordBatch.NO_TIMESTAMP,
                producerId,
                (short) epoch,
                sequence);
        records.forEach(record -> builder.append(record.toKafka()));
        return builder.build();
    }

    static MemoryRecords encode(List<Sample> records, io.kontiki.record.Compression codec) {
        return encode(
                records, codec, RecordBatch.NO_PRODUCER_ID, RecordBatch.NO_PRODUCER_EPOCH, RecordBatch.NO_SEQUENCE);
    }

    private static Compression compression(io.kontiki.record.Compression codec) {
        return Compression.of(CompressionType.forId(codec.id())).build();
    }

    UnifiedLog log() {
        return log;
    }

    void append(MemoryRecords records, int leaderEpoch) {
        try {
            log.appendAsLeader(records, leaderEpoch);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    void appendMarker(MemoryRecords marker, int leaderEpoch) {
        log.appendAsLeader(
                marker,
                leaderEpoch,
                AppendOrigin.COORDINATOR,
                RequestLocal.noCaching(),
                VerificationGuard.SENTINEL,
                (short) 1);
    }

    @Override
    public void close() {
        log.flush(true);
        log.close();
        try {
            scheduler.shutdown();
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }
}
