package io.kontiki.benchmark.allocation;

import io.kontiki.record.RecordBatchBuilder;
import java.nio.ByteBuffer;
import java.util.List;

/** Batches of the same bytes, whatever the number of their records: so what they cost differs by the records alone. */
final class EqualBatches {
    /** What every batch takes, but for a few bytes less, since lengths of other digits take other bytes. */
    static final int BYTES = 32 * 1024;

    private EqualBatches() {}

    /** @param records at least 1, at most {@value #BYTES} / 16 */
    static ByteBuffer of(int records) {
        int value = BYTES / records;
        while (size(records, value, value) > BYTES) {
            value--;
        }
        int first = value + BYTES - size(records, value, value);
        while (size(records, first, value) > BYTES) {
            first--;
        }
        return build(records, first, value);
    }

    private static int size(int records, int first, int value) {
        return build(records, first, value).remaining();
    }

    private static ByteBuffer build(int records, int first, int value) {
        RecordBatchBuilder builder = new RecordBatchBuilder(BYTES);
        long now = System.currentTimeMillis();
        for (int i = 0; i < records; i++) {
            builder.add(now, null, ByteBuffer.allocate(i == 0 ? first : value), List.of());
        }
        return builder.build();
    }
}
