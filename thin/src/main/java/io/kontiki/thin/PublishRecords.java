package io.kontiki.thin;

import io.kontiki.client.Header;
import io.kontiki.client.ProducerRecord;
import io.kontiki.proto.v1.ErrorReason;
import io.kontiki.proto.v1.PublishRecord;
import io.kontiki.proto.v1.PublishRequest;
import io.kontiki.thin.TopicShapes.TopicShape;
import java.util.ArrayList;
import java.util.List;

/** Checks the records of one call and makes the client's records of them. Pure. */
final class PublishRecords {
    static final int RECORDS_MAX = 10_000;
    static final int HEADERS_MAX = 1000;
    static final int HEADER_KEY_BYTES_MAX = 1024;

    /** Of a batch with one record, besides keys, values and headers: its header and the least that the record needs. */
    private static final int BATCH_BYTES_MIN = 61 + 7;

    private PublishRecords() {}

    /** @throws Refused if a field is out of its range; the message names it, and nothing of the call is sent */
    static List<ProducerRecord> of(PublishRequest request, TopicShapes topics) {
        int count = request.getRecordsCount();
        if (count < 1 || count > RECORDS_MAX) {
            throw Refused.invalid("records", count + " are not within 1 to " + RECORDS_MAX);
        }
        var topic = topics.topic(request.getTopic())
                .orElseThrow(() -> Refused.because(
                        ErrorReason.ERROR_REASON_TOPIC_NOT_FOUND,
                        "there is no topic \"" + request.getTopic()
                                + "\": make it first, by \"kontiki topic create\""));
        var records = new ArrayList<ProducerRecord>(count);
        for (int i = 0; i < count; i++) {
            records.add(record(request, i, topic));
        }
        return records;
    }

    private static ProducerRecord record(PublishRequest request, int index, TopicShape topic) {
        var record = request.getRecords(index);
        var field = "records[" + index + "]";
        requireFits(record, field, request.getTopic(), topic);
        var made = ProducerRecord.to(request.getTopic());
        if (record.hasPartition()) {
            made.partition(partition(record.getPartition(), field, request.getTopic(), topic));
        }
        if (record.hasTimestampMs()) {
            made.timestampMs(timestamp(record.getTimestampMs(), field));
        }
        if (record.hasKey()) {
            made.key(record.getKey().toByteArray());
        }
        if (record.hasValue()) {
            made.value(record.getValue().toByteArray());
        }
        headers(record, field).forEach(made::header);
        return made.build();
    }

    private static int partition(int partition, String field, String name, TopicShape topic) {
        if (partition < 0 || partition >= topic.partitions()) {
            throw Refused.field(
                    ErrorReason.ERROR_REASON_PARTITION_NOT_FOUND,
                    field + ".partition",
                    partition + " is not within 0 to " + (topic.partitions() - 1) + " of topic \"" + name + "\"");
        }
        return partition;
    }

    private static long timestamp(long timestampMs, String field) {
        if (timestampMs < 0) {
            throw Refused.invalid(field + ".timestamp_ms", timestampMs + " is below 0");
        }
        return timestampMs;
    }

    /** What is surely too large; the client is exact, but by then other records of the call would be on their way. */
    private static void requireFits(PublishRecord record, String field, String name, TopicShape topic) {
        long bytes = BATCH_BYTES_MIN
                + (long) record.getKey().size()
                + record.getValue().size();
        for (var header : record.getHeadersList()) {
            bytes += header.getKeyBytes().size() + header.getValue().size();
        }
        if (bytes > topic.maxMessageBytes()) {
            throw Refused.field(
                    ErrorReason.ERROR_REASON_RECORD_TOO_LARGE,
                    field,
                    "its " + bytes + " bytes or more exceed max.message.bytes " + topic.maxMessageBytes()
                            + " of topic \"" + name + "\"");
        }
    }

    private static List<Header> headers(PublishRecord record, String field) {
        int count = record.getHeadersCount();
        if (count > HEADERS_MAX) {
            throw Refused.invalid(field + ".headers", count + " are more than " + HEADERS_MAX);
        }
        var headers = new ArrayList<Header>(count);
        for (int i = 0; i < count; i++) {
            var header = record.getHeaders(i);
            int length = header.getKeyBytes().size();
            if (length < 1 || length > HEADER_KEY_BYTES_MAX) {
                throw Refused.invalid(
                        field + ".headers[" + i + "].key",
                        length + " bytes are not within 1 to " + HEADER_KEY_BYTES_MAX);
            }
            headers.add(Header.of(header.getKey(), header.getValue().toByteArray()));
        }
        return headers;
    }
}
