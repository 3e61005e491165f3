package io.kontiki.record;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;

import com.github.luben.zstd.Zstd;
import io.kontiki.record.InvalidBatchException.Reason;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.xerial.snappy.Snappy;

class CompressionTest {
    private static final int LIMIT = 1 << 20;

    @ParameterizedTest
    @EnumSource
    void whatWasBuiltIsRead(Compression codec) {
        for (int seed = 0; seed < 100; seed++) {
            SplittableRandom random = new SplittableRandom(seed);
            List<TestRecord> records = new ArrayList<>();
            RecordBatchBuilder builder = new RecordBatchBuilder(LIMIT, codec);
            for (int i = 1 + random.nextInt(60); i > 0; i--) {
                TestRecord next = TestRecord.random(random);
                records.add(next);
                next.addTo(builder);
            }
            int bound = builder.sizeInBytes();
            ByteBuffer bytes = builder.build();
            assertThat(bytes.remaining()).as("seed " + seed).isLessThanOrEqualTo(bound);
            RecordBatch batch = BatchValidator.validate(bytes.asReadOnlyBuffer(), LIMIT);
            assertThat(batch.compression()).isEqualTo(codec);
            assertThat(TestRecord.allOf(batch)).as("seed " + seed).isEqualTo(records);
        }
    }

    @ParameterizedTest
    @EnumSource
    void builderFillsABatchButKeepsToItsBound(Compression codec) {
        for (int seed = 0; seed < 10; seed++) {
            SplittableRandom random = new SplittableRandom(seed);
            int maxBytes = 2_000 + random.nextInt(60_000);
            RecordBatchBuilder builder = new RecordBatchBuilder(maxBytes, codec);
            byte[] value = new byte[100];
            boolean random100 = seed % 2 == 0;
            while (builder.hasRoomFor(null, ByteBuffer.wrap(value), List.of())) {
                if (random100) {
                    random.nextBytes(value);
                } else {
                    value[random.nextInt(100)]++;
                }
                builder.add(1, null, ByteBuffer.wrap(value), List.of());
            }
            assertThat(builder.build().remaining())
                    .as("seed " + seed)
                    .isLessThanOrEqualTo(maxBytes)
                    .isGreaterThan(maxBytes / 2);
        }
    }

    @ParameterizedTest
    @EnumSource
    void batchesAreReadFromMemoryOfAnyKind(Compression codec) {
        ByteBuffer heap = zeros(codec, 3, 50_000);
        ByteBuffer direct = ByteBuffer.allocateDirect(heap.remaining() + 7).position(7);
        direct.put(heap.duplicate()).position(7);
        assertThat(BatchValidator.validate(direct, LIMIT)
                        .iterator()
                        .next()
                        .value()
                        .remaining())
                .isEqualTo(50_000);
    }

    /** A record is looked at when others were read behind it. */
    @ParameterizedTest
    @EnumSource
    void recordsStayWhenTheIteratorMovesOn(Compression codec) {
        RecordBatchBuilder builder = new RecordBatchBuilder(LIMIT, codec);
        for (int i = 0; i < 5_000; i++) {
            builder.add(i, null, TestBytes.of("value " + i), List.of());
        }
        List<Record> records = new ArrayList<>();
        RecordBatch.at(builder.build(), 0).forEach(records::add);
        for (int i = 0; i < 5_000; i++) {
            assertThat(records.get(i).value()).isEqualTo(TestBytes.of("value " + i));
        }
    }

    @ParameterizedTest
    @EnumSource(mode = EnumSource.Mode.EXCLUDE, names = "NONE")
    void expansionIsLimited(Compression codec) {
        ByteBuffer bytes = zeros(codec, 64, 1 << 20);
        RecordBatch batch = RecordBatch.at(bytes, 0);
        assertThatThrownBy(() -> BatchValidator.validate(bytes, 1 << 24))
                .isInstanceOfSatisfying(
                        InvalidBatchException.class, e -> assertThat(e.reason()).isEqualTo(Reason.RECORD_TOO_LARGE))
                .hasMessageContaining("expanded by " + codec + " take more than " + (64 << 20));
        try (RecordCursor records = batch.cursor(65 << 20)) {
            while (records.next()) {
                assertThat(records.value().remaining()).isEqualTo(1 << 20);
            }
        }
    }

    /** A length costs what is there, not what it says. */
    @Test
    void lengthsThatAreNotThereSetNothingAside() {
        ByteBuffer record = ByteBuffer.allocate(10);
        Varints.write(record, Integer.MAX_VALUE);
        byte[] claim = new byte[record.position()];
        record.flip().get(claim);
        ByteBuffer batch = batchOf(Compression.GZIP, gzip(claim), 1);
        assertRefused(batch, "length is 2147483647, 0 bytes are left");
    }

    @Test
    void membersWithoutContentDoNotFillTheStack() {
        ByteArrayOutputStream many = new ByteArrayOutputStream();
        byte[] member = gzip(new byte[0]);
        while (many.size() < LIMIT - 100) {
            many.writeBytes(member);
        }
        assertRefused(batchOf(Compression.GZIP, many.toByteArray(), 1), "runs past the end");
    }

    @Test
    void framesWithoutContentDoNotFillTheStack() {
        ByteArrayOutputStream zstd = new ByteArrayOutputStream();
        byte[] frame = Zstd.compress(new byte[0]);
        while (zstd.size() < LIMIT - 100) {
            zstd.writeBytes(frame);
        }
        assertRefused(batchOf(Compression.ZSTD, zstd.toByteArray(), 1), "");
        RecordBatchBuilder empty = new RecordBatchBuilder(LIMIT, Compression.LZ4);
        empty.add(1, null, null, List.of());
        ByteBuffer one = empty.build();
        byte[] lz4Frame = new byte[one.limit() - BatchHeader.BYTES];
        one.get(BatchHeader.BYTES, lz4Frame);
        ByteArrayOutputStream lz4 = new ByteArrayOutputStream();
        while (lz4.size() < LIMIT - 100) {
            lz4.write(lz4Frame, 0, 7);
            lz4.write(new byte[4], 0, 4);
        }
        assertRefused(batchOf(Compression.LZ4, lz4.toByteArray(), 1), "");
    }

    @Test
    void plainSnappyIsReadAsSomeClientsSendIt() throws IOException {
        ByteBuffer plain = zeros(Compression.NONE, 3, 100);
        byte[] records = new byte[plain.limit() - BatchHeader.BYTES];
        plain.get(BatchHeader.BYTES, records);
        ByteBuffer batch = batchOf(Compression.SNAPPY, Snappy.compress(records), 3);
        assertThat(RecordBatch.at(batch, 0)).hasSize(3);
    }

    @Test
    void snappyBlockThatClaimsTooMuchIsRefused() {
        assertRefused(
                batchOf(Compression.SNAPPY, new byte[] {-1, -1, -1, 0x1f, 0, 0}, 1), "SNAPPY records cannot be read");
    }

    @ParameterizedTest
    @EnumSource(mode = EnumSource.Mode.EXCLUDE, names = "NONE")
    void damagedStreamsCauseNothingButARefusal(Compression codec) {
        SplittableRandom random = new SplittableRandom(7);
        ByteBuffer sound = zeros(codec, 50, 300);
        for (int round = 0; round < 3_000; round++) {
            ByteBuffer batch =
                    ByteBuffer.allocate(sound.limit()).put(sound.duplicate()).flip();
            for (int i = 1 + random.nextInt(4); i > 0; i--) {
                batch.put(
                        BatchHeader.BYTES + random.nextInt(batch.limit() - BatchHeader.BYTES), (byte) random.nextInt());
            }
            if (round % 3 == 0) {
                batch.limit(BatchHeader.BYTES + random.nextInt(batch.limit() - BatchHeader.BYTES));
            }
            seal(batch);
            Throwable thrown = catchThrowable(() -> BatchValidator.validate(batch, LIMIT));
            if (thrown != null) {
                assertThat(thrown).as(codec + " round " + round).isInstanceOf(InvalidBatchException.class);
            }
        }
    }

    /** Checksums of the streams themselves and bytes behind them are seen, since the stream is read to its end. */
    @ParameterizedTest
    @EnumSource(mode = EnumSource.Mode.EXCLUDE, names = "NONE")
    void streamThatLacksItsLastByteIsRefused(Compression codec) {
        ByteBuffer batch = zeros(codec, 2, 100);
        batch.limit(batch.limit() - 1);
        seal(batch);
        assertThatThrownBy(() -> BatchValidator.validate(batch, LIMIT)).isInstanceOf(InvalidBatchException.class);
    }

    private static ByteBuffer zeros(Compression codec, int records, int valueBytes) {
        RecordBatchBuilder builder = new RecordBatchBuilder(1 << 28, codec);
        for (int i = 0; i < records; i++) {
            builder.add(1, null, ByteBuffer.allocate(valueBytes), List.of());
        }
        return builder.build();
    }

    private static byte[] gzip(byte[] content) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (GZIPOutputStream gzip = new GZIPOutputStream(bytes)) {
            gzip.write(content);
        } catch (IOException e) {
            throw new AssertionError(e);
        }
        return bytes.toByteArray();
    }

    private static ByteBuffer batchOf(Compression codec, byte[] compressed, int records) {
        ByteBuffer batch = ByteBuffer.allocate(BatchHeader.BYTES + compressed.length)
                .order(ByteOrder.BIG_ENDIAN)
                .put(0, zeros(Compression.NONE, records, 100), 0, BatchHeader.BYTES)
                .put(BatchHeader.BYTES, compressed)
                .putShort(BatchHeader.ATTRIBUTES_AT, (short) codec.id());
        seal(batch);
        return batch;
    }

    private static void seal(ByteBuffer batch) {
        batch.putInt(BatchHeader.LENGTH_AT, batch.limit() - BatchHeader.LENGTH_OVERHEAD_BYTES);
        batch.putInt(BatchHeader.CRC_AT, (int) RecordBatch.checksum(batch, 0, batch.limit()));
    }

    private static void assertRefused(ByteBuffer batch, String message) {
        assertThatThrownBy(() -> BatchValidator.validate(batch, LIMIT))
                .isInstanceOfSatisfying(
                        InvalidBatchException.class, e -> assertThat(e.reason()).isEqualTo(Reason.INVALID_RECORD))
                .hasMessageContaining(message);
    }
}
