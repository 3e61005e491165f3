package io.kontiki.record;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;

import io.kontiki.record.InvalidBatchException.Reason;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.SplittableRandom;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;

class BatchValidatorTest {
    private static final int LIMIT = 1000;

    @Test
    void soundBatchPassesAndTheBufferStays() {
        ByteBuffer batch = sound();
        assertThat(BatchValidator.validate(batch, LIMIT).recordCount()).isEqualTo(2);
        assertThat(batch.position()).isZero();
    }

    @Test
    void sizeIsLimited() {
        int size = sound().remaining();
        BatchValidator.validate(sound(), size);
        assertRefused(sound(), size - 1, Reason.RECORD_TOO_LARGE, "batch takes " + size + " bytes, the limit is");
    }

    @Test
    void everyTruncationIsRefused() {
        for (int size = 0; size < sound().remaining(); size++) {
            assertRefused(sound().limit(size), LIMIT, Reason.CORRUPT_BATCH, "bytes");
        }
    }

    @Test
    void bytesBehindTheBatchAreRefused() {
        ByteBuffer longer =
                ByteBuffer.allocate(sound().remaining() + 1).put(sound()).rewind();
        assertRefused(longer, LIMIT, Reason.CORRUPT_BATCH, "exactly one batch");
    }

    @Test
    void everyFlippedBitIsRefusedExceptInTheLeadersStamp() {
        int size = sound().remaining();
        for (int i = 8; i < size; i++) {
            if (i >= BatchHeader.LEADER_EPOCH_AT && i < BatchHeader.MAGIC_AT) {
                continue;
            }
            for (int bit = 0; bit < 8; bit++) {
                ByteBuffer flipped = sound();
                flipped.put(i, (byte) (flipped.get(i) ^ (1 << bit)));
                assertThatThrownBy(() -> BatchValidator.validate(flipped, LIMIT))
                        .isInstanceOf(InvalidBatchException.class);
            }
        }
    }

    @Test
    void wrongChecksumIsCorruption() {
        ByteBuffer batch = sound();
        batch.put(batch.limit() - 1, (byte) 77);
        assertRefused(batch, LIMIT, Reason.CORRUPT_BATCH, "checksum of the batch is");
    }

    @Test
    void otherMagicIsRefused() {
        ByteBuffer batch = sound().put(BatchHeader.MAGIC_AT, (byte) 1);
        assertRefused(batch, LIMIT, Reason.UNSUPPORTED_MAGIC, "magic is 1");
    }

    @Test
    void codecsAreRefusedByName() {
        assertAttributesRefused(4, Reason.UNSUPPORTED_COMPRESSION, "compression is ZSTD");
        assertAttributesRefused(7, Reason.UNSUPPORTED_COMPRESSION, "codec 7");
    }

    @Test
    void bitsThatAProducerMayNotSetAreRefused() {
        assertAttributesRefused(BatchHeader.CONTROL_BIT, Reason.INVALID_RECORD, "control bit");
        assertAttributesRefused(BatchHeader.LOG_APPEND_TIME_BIT, Reason.INVALID_RECORD, "log append time");
        assertAttributesRefused(0x40, Reason.INVALID_RECORD, "attributes are 0x40");
        assertAttributesRefused(BatchHeader.TRANSACTIONAL_BIT, Reason.INVALID_RECORD, "no producer id");
    }

    @Test
    void countsMustAgree() {
        assertEditRefused(b -> b.putInt(BatchHeader.RECORD_COUNT_AT, 0), "record count is 0, at least 1");
        assertEditRefused(b -> b.putInt(BatchHeader.RECORD_COUNT_AT, 3), "last offset delta is 1, with 3 records");
        assertEditRefused(b -> b.putInt(BatchHeader.LAST_OFFSET_DELTA_AT, 7), "last offset delta is 7");
        assertEditRefused(
                b -> b.putInt(BatchHeader.RECORD_COUNT_AT, 1).putInt(BatchHeader.LAST_OFFSET_DELTA_AT, 0),
                "bytes are left behind the last record");
        assertEditRefused(
                b -> b.putInt(BatchHeader.RECORD_COUNT_AT, 3).putInt(BatchHeader.LAST_OFFSET_DELTA_AT, 2),
                "runs past the end");
    }

    @Test
    void producerFieldsMustAgree() {
        assertEditRefused(b -> b.putLong(BatchHeader.PRODUCER_ID_AT, -2), "producer id is -2");
        assertEditRefused(b -> b.putLong(BatchHeader.PRODUCER_ID_AT, 5), "both must be at least 0");
    }

    @Test
    void timestampsMustBeSoundAndTheGreatestRight() {
        assertEditRefused(b -> b.putLong(BatchHeader.MAX_TIMESTAMP_AT, 999), "max timestamp is 999");
        assertEditRefused(b -> b.putLong(BatchHeader.BASE_TIMESTAMP_AT, -9), "timestamp of record 0 is -9");
    }

    /** With a right checksum, so that only the parser stands between the bytes and the log. */
    @Test
    void randomBodiesNeverCauseAnythingButARefusal() {
        SplittableRandom random = new SplittableRandom(42);
        for (int round = 0; round < 20_000; round++) {
            ByteBuffer batch = sound();
            for (int i = 1 + random.nextInt(4); i > 0; i--) {
                int at = BatchHeader.ATTRIBUTES_AT + random.nextInt(batch.limit() - BatchHeader.ATTRIBUTES_AT);
                batch.put(at, (byte) random.nextInt());
            }
            seal(batch);
            Throwable thrown = catchThrowable(() -> BatchValidator.validate(batch, LIMIT)
                    .forEach(record -> record.headers().size()));
            if (thrown != null) {
                assertThat(thrown).as("round " + round).isInstanceOf(InvalidBatchException.class);
            }
        }
    }

    private static ByteBuffer sound() {
        RecordBatchBuilder builder = new RecordBatchBuilder(LIMIT);
        builder.add(1000, TestBytes.of("key"), TestBytes.of("value"), List.of(RecordHeader.of("h", "v")));
        builder.add(2000, null, TestBytes.of("other"), List.of());
        return builder.build();
    }

    private static void seal(ByteBuffer batch) {
        batch.putInt(BatchHeader.CRC_AT, (int) RecordBatch.checksum(batch, 0, batch.limit()));
    }

    private static void assertAttributesRefused(int attributes, Reason reason, String message) {
        ByteBuffer batch = sound().putShort(BatchHeader.ATTRIBUTES_AT, (short) attributes);
        seal(batch);
        assertRefused(batch, LIMIT, reason, message);
    }

    private static void assertEditRefused(Consumer<ByteBuffer> edit, String message) {
        ByteBuffer batch = sound();
        edit.accept(batch);
        seal(batch);
        assertRefused(batch, LIMIT, Reason.INVALID_RECORD, message);
    }

    private static void assertRefused(ByteBuffer batch, int limit, Reason reason, String message) {
        assertThatThrownBy(() -> BatchValidator.validate(batch, limit))
                .isInstanceOfSatisfying(
                        InvalidBatchException.class, e -> assertThat(e.reason()).isEqualTo(reason))
                .hasMessageContaining(message);
    }
}
