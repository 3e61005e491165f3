package io.kontiki.log;

import io.kontiki.record.BatchHeader;
import io.kontiki.record.ControlRecords;
import io.kontiki.record.RecordBatch;
import io.kontiki.record.RecordBatchBuilder;
import io.kontiki.record.RecordBatchFilter;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.OptionalLong;
import java.util.zip.CRC32C;

/** Small batches for tests. */
final class Batches {
    private static final int ATTRIBUTES_AT = 21;
    private static final int TRANSACTIONAL = 0x10;
    private static final int CONTROL = 0x20;

    private Batches() {}

    /** As many records as values, all at one timestamp. */
    static ByteBuffer of(long timestampMs, String... values) {
        return builder(timestampMs, values).build();
    }

    static ByteBuffer ofProducer(long producerId, int epoch, int baseSequence, String... values) {
        return builder(1_000, values).build(producerId, (short) epoch, baseSequence);
    }

    /** Records of a transaction. */
    static ByteBuffer transactional(long producerId, int baseSequence, String... values) {
        return with(TRANSACTIONAL, builder(1_000, values).build(producerId, (short) 0, baseSequence));
    }

    /** The marker that ends a transaction. */
    static ByteBuffer marker(long producerId, ControlRecords.Type type) {
        ByteBuffer key = ByteBuffer.allocate(4).putShort((short) 0).putShort(type.id());
        RecordBatchBuilder builder = new RecordBatchBuilder(1 << 10);
        builder.add(1_000, key.flip(), ByteBuffer.allocate(6), List.of());
        return with(TRANSACTIONAL | CONTROL, builder.build(producerId, (short) 0, BatchHeader.NO_SEQUENCE));
    }

    /** Without its records, as compaction leaves it. */
    static ByteBuffer emptied(ByteBuffer batch) {
        ByteBuffer header = ByteBuffer.allocate(BatchHeader.BYTES).put(0, batch, 0, BatchHeader.BYTES);
        header.putInt(8, BatchHeader.BYTES - BatchHeader.LENGTH_OVERHEAD_BYTES).putInt(57, 0);
        return with(0, header);
    }

    private static ByteBuffer with(int attributeBits, ByteBuffer batch) {
        batch.putShort(ATTRIBUTES_AT, (short) (batch.getShort(ATTRIBUTES_AT) | attributeBits));
        CRC32C crc = new CRC32C();
        crc.update(batch.slice(ATTRIBUTES_AT, batch.limit() - ATTRIBUTES_AT));
        return batch.putInt(17, (int) crc.getValue());
    }

    /** As a leader would have stamped it. */
    static ByteBuffer stamped(ByteBuffer batch, long baseOffset, int leaderEpoch) {
        RecordBatchBuilder.stampLeader(batch, baseOffset, leaderEpoch);
        return batch;
    }

    /** What compaction leaves of a batch of that many records when all of them are gone. */
    static ByteBuffer empty(long baseOffset, int leaderEpoch, int records) {
        String[] values = new String[records];
        Arrays.fill(values, "gone");
        ByteBuffer whole = stamped(of(1_000, values), baseOffset, leaderEpoch);
        return RecordBatchFilter.retain(RecordBatch.at(whole, 0), gone -> false, OptionalLong.empty());
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
