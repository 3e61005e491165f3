package io.kontiki.record;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;

import io.kontiki.record.InvalidBatchException.Reason;
import java.lang.management.ManagementFactory;
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
    void codecsMustBeKnownAndFitTheBytes() {
        assertAttributesRefused(1, Reason.INVALID_RECORD, "GZIP records cannot be read: no gzip header");
        assertAttributesRefused(2, Reason.INVALID_RECORD, "SNAPPY records cannot be read");
        assertAttributesRefused(3, Reason.INVALID_RECORD, "LZ4 records cannot be read");
        assertAttributesRefused(4, Reason.INVALID_RECORD, "ZSTD records cannot be read");
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

    @Test
    void timestampsMustBeWithinThePolicyOfCreateTime() {
        TimestampPolicy policy = new TimestampPolicy(TimestampType.CREATE_TIME, 100, 50);
        BatchRules rules = new BatchRules(LIMIT, policy, false);
        BatchValidator.validate(one(1000), rules, 1100);
        BatchValidator.validate(one(1000), rules, 950);
        BatchValidator.validate(one(-1), rules, 1100);
        assertThatThrownBy(() -> BatchValidator.validate(one(1000), rules, 1101))
                .isInstanceOfSatisfying(
                        InvalidBatchException.class, e -> assertThat(e.reason()).isEqualTo(Reason.INVALID_TIMESTAMP))
                .hasMessageContaining("record 0 is 1000, the broker's time is 1101; at most 100 ms before and 50 ms");
        assertThatThrownBy(() -> BatchValidator.validate(one(1000), rules, 949))
                .hasMessageContaining("timestamp of record 0 is 1000");
        TimestampPolicy append = new TimestampPolicy(TimestampType.LOG_APPEND_TIME, 0, 0);
        BatchValidator.validate(one(1000), new BatchRules(LIMIT, append, false), 5000);
    }

    @Test
    void everyRecordHasAKeyWhereOneIsRequired() {
        BatchRules rules = new BatchRules(LIMIT, TimestampPolicy.ANY, true);
        RecordBatchBuilder keyed = new RecordBatchBuilder(LIMIT);
        keyed.add(1, ByteBuffer.allocate(0), null, List.of());
        BatchValidator.validate(keyed.build(), rules, 0);
        RecordBatchBuilder mixed = new RecordBatchBuilder(LIMIT);
        mixed.add(1, ByteBuffer.allocate(0), null, List.of());
        mixed.add(1, null, ByteBuffer.allocate(1), List.of());
        assertThatThrownBy(() -> BatchValidator.validate(mixed.build(), rules, 0))
                .isInstanceOfSatisfying(
                        InvalidBatchException.class, e -> assertThat(e.reason()).isEqualTo(Reason.MISSING_KEY))
                .hasMessageStartingWith("record 1 has no key");
    }

    /** The JVM counts what a thread allocates; nine thousand records more must not cost a byte each. */
    @Test
    void validationAllocatesNothingForARecord() {
        for (int warmUp = 0; warmUp < 200; warmUp++) {
            allocatedBy(many(1000));
        }
        long few = allocatedBy(many(1000));
        assertThat(allocatedBy(many(10_000))).isLessThan(few + 9_000);
    }

    private static long allocatedBy(ByteBuffer batch) {
        com.sun.management.ThreadMXBean threads = (com.sun.management.ThreadMXBean) ManagementFactory.getThreadMXBean();
        long before = threads.getCurrentThreadAllocatedBytes();
        BatchValidator.validate(batch, 1 << 24);
        return threads.getCurrentThreadAllocatedBytes() - before;
    }

    private static ByteBuffer many(int records) {
        RecordBatchBuilder builder = new RecordBatchBuilder(1 << 24);
        for (int i = 0; i < records; i++) {
            builder.add(i, TestBytes.of("key"), TestBytes.of("value"), List.of(RecordHeader.of("h", "v")));
        }
        return builder.build();
    }

    private static ByteBuffer one(long timestampMs) {
        RecordBatchBuilder builder = new RecordBatchBuilder(LIMIT);
        builder.add(timestampMs, null, TestBytes.of("value"), List.of());
        return builder.build();
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
