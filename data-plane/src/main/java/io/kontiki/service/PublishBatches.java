package io.kontiki.service;

import com.google.protobuf.ByteString;
import io.grpc.StatusRuntimeException;
import io.kontiki.metadata.TopicImage;
import io.kontiki.proto.v1.ErrorReason;
import io.kontiki.proto.v1.Header;
import io.kontiki.proto.v1.PublishRecord;
import io.kontiki.proto.v1.PublishRequest;
import io.kontiki.record.Murmur2;
import io.kontiki.record.RecordBatchBuilder;
import io.kontiki.record.RecordHeader;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ThreadLocalRandom;

/** Sorts the records of one call by partition and makes one batch for each. */
final class PublishBatches {
    static final int RECORDS_MAX = 10_000;
    static final int HEADERS_MAX = 1000;
    static final int HEADER_KEY_BYTES_MAX = 1024;

    private PublishBatches() {}

    /** @throws StatusRuntimeException if a field is out of its range; the message names it */
    static List<PublishBatch> of(PublishRequest request, TopicImage topic, long nowMillis) {
        int count = request.getRecordsCount();
        if (count < 1 || count > RECORDS_MAX) {
            throw invalid("records: " + count + " are not within 1 to " + RECORDS_MAX);
        }
        Map<Integer, List<Integer>> byPartition = new TreeMap<>();
        // Records without a key travel together: one batch is cheaper than many.
        int sticky = ThreadLocalRandom.current().nextInt(topic.partitions().size());
        for (int i = 0; i < count; i++) {
            int partition = partitionOf(request.getRecords(i), i, topic, sticky);
            byPartition.computeIfAbsent(partition, ignored -> new ArrayList<>()).add(i);
        }
        return byPartition.entrySet().stream()
                .map(entry -> batchOf(request, entry.getKey(), entry.getValue(), topic, nowMillis))
                .toList();
    }

    private static int partitionOf(PublishRecord record, int index, TopicImage topic, int sticky) {
        int partitions = topic.partitions().size();
        if (!record.hasPartition()) {
            return record.hasKey() ? Murmur2.partitionFor(record.getKey().asReadOnlyByteBuffer(), partitions) : sticky;
        }
        int partition = record.getPartition();
        if (partition < 0 || partition >= partitions) {
            throw ServiceErrors.exception(
                    ErrorReason.ERROR_REASON_PARTITION_NOT_FOUND,
                    "records[" + index + "].partition: " + partition + " is not within 0 to " + (partitions - 1)
                            + " of topic \"" + topic.name() + "\"");
        }
        return partition;
    }

    private static PublishBatch batchOf(
            PublishRequest request, int partition, List<Integer> indexes, TopicImage topic, long nowMillis) {
        int limit = topic.config().messages().maxBytes();
        RecordBatchBuilder builder = new RecordBatchBuilder(limit);
        for (int index : indexes) {
            add(builder, request.getRecords(index), index, nowMillis);
            if (builder.sizeInBytes() > limit) {
                throw ServiceErrors.exception(
                        ErrorReason.ERROR_REASON_RECORD_TOO_LARGE,
                        "records[" + index + "]: the records for partition " + partition
                                + " together exceed max.message.bytes " + limit + " of topic \"" + topic.name() + "\"");
            }
        }
        return new PublishBatch(
                partition,
                builder.build(),
                indexes.stream().mapToInt(Integer::intValue).toArray());
    }

    private static void add(RecordBatchBuilder builder, PublishRecord record, int index, long nowMillis) {
        long timestamp = record.hasTimestampMs() ? record.getTimestampMs() : nowMillis;
        if (timestamp < 0) {
            throw invalid("records[" + index + "].timestamp_ms: " + timestamp + " is below 0");
        }
        builder.add(
                timestamp,
                record.hasKey() ? bytes(record.getKey()) : null,
                record.hasValue() ? bytes(record.getValue()) : null,
                headers(record, index));
    }

    private static List<RecordHeader> headers(PublishRecord record, int index) {
        if (record.getHeadersCount() > HEADERS_MAX) {
            throw invalid(
                    "records[" + index + "].headers: " + record.getHeadersCount() + " are more than " + HEADERS_MAX);
        }
        List<RecordHeader> headers = new ArrayList<>(record.getHeadersCount());
        for (Header header : record.getHeadersList()) {
            int length = header.getKeyBytes().size();
            if (length < 1 || length > HEADER_KEY_BYTES_MAX) {
                throw invalid("records[" + index + "].headers.key: " + length + " bytes are not within 1 to "
                        + HEADER_KEY_BYTES_MAX);
            }
            headers.add(RecordHeader.of(header.getKey(), bytes(header.getValue())));
        }
        return headers;
    }

    private static ByteBuffer bytes(ByteString string) {
        return string.asReadOnlyByteBuffer();
    }

    private static StatusRuntimeException invalid(String message) {
        return ServiceErrors.exception(ErrorReason.ERROR_REASON_INVALID_ARGUMENT, message);
    }
}
