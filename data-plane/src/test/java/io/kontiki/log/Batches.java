package io.kontiki.log;

import io.kontiki.record.BatchHeader;
import io.kontiki.record.RecordBatchBuilder;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.List;

/** Small batches for tests. */
final class Batches {
    private Batches() {}

    /** As many records as values, all at one timestamp. */
    static ByteBuffer of(long timestampMs, String... values) {
        return builder(timestampMs, values).build();
    }

    static ByteBuffer ofProducer(long producerId, int epoch, int baseSequence, String... values) {
        return builder(1_000, values).build(producerId, (short) epoch, baseSequence);
    }

    /** As a leader would have stamped it. */
    static ByteBuffer stamped(ByteBuffer batch, long baseOffset, int leaderEpoch) {
        RecordBatchBuilder.stampLeader(batch, baseOffset, leaderEpoch);
        return batch;
    }

    static BatchHeader header(ByteBuffer batch) {
        return BatchHeader.at(batch, 0);
    }

    static ByteBuffer concat(ByteBuffer... parts) {
        int size = 0;
        for (ByteBuffer part : parts) {
            size += part.remaining();
        }
        ByteBuffer all = ByteBuffer.allocate(size);
        for (ByteBuffer part : parts) {
            all.put(part.duplicate());
        }
        return all.flip();
    }

    private static RecordBatchBuilder builder(long timestampMs, String... values) {
        RecordBatchBuilder builder = new RecordBatchBuilder(1 << 20);
        for (String value : values) {
            builder.add(timestampMs, null, ByteBuffer.wrap(value.getBytes(StandardCharsets.UTF_8)), List.of());
        }
        return builder;
    }
}
