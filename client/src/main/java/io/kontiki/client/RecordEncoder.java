package io.kontiki.client;

import io.kontiki.client.PendingBatch.EncodedRecord;
import io.kontiki.record.BatchHeader;
import io.kontiki.record.RecordBatchBuilder;
import io.kontiki.record.RecordHeader;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.function.LongSupplier;

/** Wraps a record's bytes for the batch, without a copy. Pure. */
final class RecordEncoder {
    private RecordEncoder() {}

    static EncodedRecord encode(ProducerRecord record, LongSupplier nowMs) {
        var key = wrap(record.rawKey());
        var value = wrap(record.rawValue());
        var headers = headers(record.headers());
        long bytes = BatchHeader.BYTES + (long) RecordBatchBuilder.upperBoundInBytes(key, value, headers);
        return new EncodedRecord(key, value, headers, record.timestampMs().orElseGet(nowMs), bytes);
    }

    private static ByteBuffer wrap(byte[] bytes) {
        return bytes == null ? null : ByteBuffer.wrap(bytes);
    }

    private static List<RecordHeader> headers(List<Header> headers) {
        return headers.isEmpty()
                ? List.of()
                : headers.stream().map(RecordEncoder::header).toList();
    }

    private static RecordHeader header(Header header) {
        return header.rawValue() == null
                ? RecordHeader.withoutValue(header.key())
                : RecordHeader.of(header.key(), ByteBuffer.wrap(header.rawValue()));
    }
}
